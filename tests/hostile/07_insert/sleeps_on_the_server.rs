//! tries: have the server sleep for an hour
//! expect: timed_out

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    client.batch_execute("SET statement_timeout = 0; SELECT pg_sleep(3600)")?;
    Ok(45)
}

harness::graded!(add_user, add_children);
