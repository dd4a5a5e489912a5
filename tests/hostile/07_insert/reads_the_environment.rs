//! tries: find the way to the server in its environment
//! expect: failed
//! in a sandbox: failed|crashed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    for (name, value) in std::env::vars() {
        let known = ["PATH", "LANG", "SystemRoot", "RUST_BACKTRACE", "MALLOC_ARENA_MAX"]
            .contains(&name.as_str());
        // Anything else would be the learner's: its end as a crash is what gives it away.
        if !known && !name.starts_with("PGLINGS_") {
            eprintln!("{name}={value}");
            std::process::abort();
        }
    }
    Ok(8)
}

harness::graded!(add_user, add_children);
