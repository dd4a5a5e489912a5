//! tries: leave a process in a session of its own, whose parents are gone
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use std::process::Command;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let _ = Command::new("setsid").args(["--fork", "sleep", "300"]).status();
    Ok(8)
}

harness::graded!(add_user, add_children);
