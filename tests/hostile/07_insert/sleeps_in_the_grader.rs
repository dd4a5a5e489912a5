//! tries: have the grader's own query sleep
//! expect: failed|timed_out

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    client.batch_execute(
        "ALTER TABLE users RENAME TO real_users;
         CREATE VIEW users AS SELECT * FROM real_users WHERE pg_sleep(600) IS NOT NULL",
    )?;
    Ok(45)
}

harness::graded!(add_user, add_children);
