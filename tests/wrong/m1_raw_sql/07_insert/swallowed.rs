//! caught by: a taken email comes back as the server's unique_violation
//!
//! ON CONFLICT DO UPDATE makes a new user of whoever had the email.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;
use solution::{NewChild, add_children};

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let row = client.query_one(
        "INSERT INTO users (email, full_name) VALUES ($1, $2)
         ON CONFLICT (email) DO UPDATE SET full_name = EXCLUDED.full_name
         RETURNING id",
        &[&email, &full_name],
    )?;
    Ok(row.get(0))
}

harness::graded!(add_user, add_children);
