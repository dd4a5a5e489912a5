//! tries: leave a shell in the background, and exit
//! expect: crashed|timed_out

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use std::os::unix::process::CommandExt;
use std::process::Command;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let mut shell = Command::new("sh");
    shell.args(["-c", "(trap '' TERM HUP INT; sleep 300; sleep 300) & exit 0"]);
    let _ = shell.process_group(0).status();
    std::process::exit(0)
}

harness::graded!(add_user, add_children);
