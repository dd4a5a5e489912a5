//! caught by: add_user stores the user and returns the id that the server gave
//!
//! The number of users is taken for the newest id: right until a row is deleted.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;
use solution::{NewChild, add_children};

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    client
        .execute("INSERT INTO users (email, full_name) VALUES ($1, $2)", &[&email, &full_name])?;
    let count: i64 = client.query_one("SELECT count(*) FROM users", &[])?.get(0);
    Ok(i32::try_from(count).unwrap_or(0))
}

harness::graded!(add_user, add_children);
