//! tries: hide rows from the grader by row-level security
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let _ = client.batch_execute(
        "ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
         CREATE POLICY none ON users USING (false) WITH CHECK (true)",
    );
    Ok(45)
}

harness::graded!(add_user, add_children);
