//! tries: change its password, so that the grader cannot let it in again
//! expect: failed|crashed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    client.batch_execute("ALTER ROLE CURRENT_USER PASSWORD 'another'")?;
    let _ = client.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())");
    Ok(45)
}

harness::graded!(add_user, add_children);
