//! tries: write a gigabyte to its error stream, without a line
//! expect: failed|timed_out

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};
use std::io::Write;

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let block = "no end ".repeat(8192);
    let mut out = std::io::stderr().lock();
    let mut written = 0;
    while written < 1 << 30 {
        let _ = out.write_all(block.as_bytes());
        written += block.len();
    }
    Ok(8)
}

harness::graded!(add_user, add_children);
