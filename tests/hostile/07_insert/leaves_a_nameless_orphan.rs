//! tries: leave a process with no environment and no parent, in a session of its own, that says nothing
//! expect: failed
//! leaves: sleep 98765.4321

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use std::process::Command;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    // The shell that starts it is gone before it, and so is the shell before that.
    let script = "(setsid env -i sleep 98765.4321 >/dev/null 2>&1 </dev/null &) &";
    let _ = Command::new("sh").args(["-c", script]).status();
    // Let it begin.
    std::thread::sleep(std::time::Duration::from_millis(100));
    Ok(8)
}

harness::graded!(add_user, add_children);
