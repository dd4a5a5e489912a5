//! tries: stop its own process, so that it neither works nor ends
//! expect: timed_out
//! in a sandbox: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use std::process::Command;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let me = std::process::id();
    let _ = Command::new("kill").args(["-STOP", &me.to_string()]).status();
    Ok(8)
}

harness::graded!(add_user, add_children);
