//! tries: give the grader a table without end to read
//! expect: failed|timed_out

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    client.batch_execute(
        "ALTER TABLE users RENAME TO real_users;
         CREATE VIEW users AS
         SELECT n AS id, 'grace@example.com' AS email, repeat('x', 100000) AS full_name
         FROM generate_series(1, 20000) AS n",
    )?;
    Ok(45)
}

harness::graded!(add_user, add_children);
