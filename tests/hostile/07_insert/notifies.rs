//! tries: send and await a flood of notifications
//! expect: failed|timed_out

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    client.batch_execute(
        "LISTEN hostile; SELECT pg_notify('hostile', n || repeat('x', 1000)) FROM generate_series(1, 50000) AS n",
    )?;
    Ok(45)
}

harness::graded!(add_user, add_children);
