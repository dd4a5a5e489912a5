//! tries: leave a process that holds its pipes open
//! expect: crashed|timed_out

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use std::process::{Command, Stdio};

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let mut setsid = Command::new("setsid");
    let _ = setsid.args(["--fork", "sleep", "300"]).stdout(Stdio::inherit()).status();
    std::process::exit(3)
}

harness::graded!(add_user, add_children);
