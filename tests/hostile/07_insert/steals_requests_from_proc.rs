//! tries: read the requests through /proc
//! expect: timed_out|failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};
use std::io::Read;

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let mut stdin = std::fs::File::open("/proc/self/fd/0").unwrap();
    let mut all = String::new();
    let _ = stdin.read_to_string(&mut all);
    println!("{all}");
    Ok(8)
}

harness::graded!(add_user, add_children);
