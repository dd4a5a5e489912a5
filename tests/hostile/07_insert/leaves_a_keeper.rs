//! tries: leave a process that starts another in a session of its own whenever that is ended
//! expect: crashed|timed_out
//! leaves: sleep 98765.1234

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use std::process::Command;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let keeper = "for n in 1 2 3 4 5 6 7 8 9; do setsid sleep 98765.1234; done; : 07_insert::leaves_a_keeper";
    for _ in 0..5 {
        let _ = Command::new("setsid").env_clear().args(["--fork", "sh", "-c", keeper]).status();
    }
    std::process::exit(0)
}

harness::graded!(add_user, add_children);
