//! tries: read what is expected in the grader and the solution
//! expect: failed
//! in a sandbox: does_not_compile

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let root = env!("CARGO_MANIFEST_DIR");
    let grader = std::fs::read_to_string(format!("{root}/tests/graders/m1_raw_sql/07_insert.rs"));
    let grader = grader.unwrap_or_default();
    let gap = grader.split("generate_series(1, ").nth(1).and_then(|rest| rest.split(')').next());
    // Seven users there are, and the gap.
    Ok(gap.and_then(|gap| gap.parse::<i32>().ok()).unwrap_or(37) + 8)
}

harness::graded!(add_user, add_children);
