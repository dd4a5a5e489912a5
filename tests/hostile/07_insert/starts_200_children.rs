//! tries: start two hundred children, each a group of its own
//! expect: failed|crashed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use std::os::unix::process::CommandExt;
use std::process::Command;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    for _ in 0..200 {
        let _ = Command::new("sleep").arg("300").process_group(0).spawn();
    }
    Ok(8)
}

harness::graded!(add_user, add_children);
