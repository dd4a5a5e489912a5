//! tries: leave a process that hands over to the next, faster than one can look, and stays in the end
//! expect: failed
//! leaves: sleep 98765.5678

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use std::process::{Command, Stdio};

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    // Each has lost its parent, and none lives long enough to be looked up and ended.
    let script = "for (1 .. 4000) { exit if fork } exec 'sleep', '98765.5678'";
    let mut setsid = Command::new("setsid");
    let _ =
        setsid.env_clear().args(["--fork", "perl", "-e", script]).stdout(Stdio::null()).status();
    // Let it begin.
    std::thread::sleep(std::time::Duration::from_millis(100));
    Ok(8)
}

harness::graded!(add_user, add_children);
