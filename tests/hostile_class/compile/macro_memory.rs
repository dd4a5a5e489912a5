//! # Expanding a macro until the memory is used up
//!
//! the verdict | does_not_compile | does_not_compile

#![recursion_limit = "4000000000"]

macro_rules! grow {
    ($($t:tt)*) => {
        grow! { $($t)* $($t)* x }
    };
}
grow! { x x }
