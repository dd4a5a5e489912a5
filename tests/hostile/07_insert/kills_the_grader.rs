//! tries: kill whoever grades it
//! expect: killed
//! in a sandbox: failed|timed_out|crashed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use std::process::Command;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let parent = std::os::unix::process::parent_id();
    let _ = Command::new("sh").args(["-c", &format!("kill -9 {parent}")]).status();
    std::thread::sleep(std::time::Duration::from_secs(60));
    Ok(8)
}

harness::graded!(add_user, add_children);
