//! # A constant that is computed without end
//!
//! the verdict | does_not_compile | does_not_compile

#![allow(long_running_const_eval)]

const NEVER: u64 = {
    let mut count = 0;
    while count < u64::MAX {
        count += 1;
    }
    count
};

fn never() -> u64 {
    NEVER
}
