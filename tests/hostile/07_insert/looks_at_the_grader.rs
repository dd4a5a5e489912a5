//! tries: read the environment and write the memory of whoever grades it
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use std::io::Write;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let parent = format!("/proc/{}", std::os::unix::process::parent_id());
    for name in ["environ", "cmdline", "maps", "fd"] {
        let _ = std::fs::read(format!("{parent}/{name}"));
    }
    let _ = std::fs::File::options().write(true).open(format!("{parent}/mem"));
    // Added to what is there: it may be the log of whoever runs the tests.
    if let Ok(mut out) = std::fs::File::options().append(true).open(format!("{parent}/fd/1")) {
        let _ = out.write_all(b"07_insert: passed\n");
    }
    let _ = std::fs::write(format!("{parent}/comm"), "passed");
    Ok(8)
}

harness::graded!(add_user, add_children);
