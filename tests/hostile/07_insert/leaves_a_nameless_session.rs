//! tries: leave a process with no environment in a session of its own
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use std::process::Command;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let script = "sleep 300; : 07_insert::leaves_a_nameless_session";
    let mut setsid = Command::new("setsid");
    let _ = setsid.env_clear().args(["--fork", "sh", "-c", script]).status();
    // Let it begin.
    std::thread::sleep(std::time::Duration::from_millis(100));
    Ok(8)
}

harness::graded!(add_user, add_children);
