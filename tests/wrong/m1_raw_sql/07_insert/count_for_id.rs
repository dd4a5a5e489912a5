//! caught by: add_user stores the user and returns the id that the server gave
//!
//! `execute` counts rows, also with RETURNING: every user gets the id 1.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;
use solution::{NewChild, add_children};

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let count = client.execute(
        "INSERT INTO users (email, full_name) VALUES ($1, $2) RETURNING id",
        &[&email, &full_name],
    )?;
    Ok(count as i32)
}

harness::graded!(add_user, add_children);
