//! # Exercise 7: INSERT
//!
//! Lundo needs two functions. The tables are those of the lesson: `users` and `children`.
//!
//! `add_user` stores one user and returns the id that the server gave it. If the email is taken,
//! the error of the server comes back to the caller as it is, and nothing is stored.
//!
//! `add_children` stores all the children of one parent **in one statement** and returns how many
//! were stored. No children at all is not an error: the answer is 0, and the server need not be
//! asked. Names and notes are whatever parents type: apostrophes, accents, anything.
//!
//! Check your answer with `cargo run -- check 7`.

use chrono::NaiveDate;
use postgres::types::ToSql;
use postgres::{Client, Error};

/// A child that is not stored yet.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct NewChild {
    pub name: String,
    pub date_of_birth: NaiveDate,
    pub notes: Option<String>,
}

/// Stores a user and returns its id.
pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    // todo: insert one row into users and return the id that the server gave it
    // RETURNING saves a second question, and nobody can come between.
    let row = client.query_one(
        "INSERT INTO users (email, full_name) VALUES ($1, $2) RETURNING id",
        &[&email, &full_name],
    )?;
    Ok(row.get("id"))
    // end
}

/// Stores the children of one parent and returns how many there were.
pub fn add_children(
    client: &mut Client,
    parent_id: i32,
    children: &[NewChild],
) -> Result<u64, Error> {
    // todo: insert all the children in one statement and return how many rows that made
    if children.is_empty() {
        return Ok(0);
    }
    // One group of placeholders a child: ($1, $2, $3, $4), ($1, $5, $6, $7), …
    let mut groups = Vec::new();
    let mut values: Vec<&(dyn ToSql + Sync)> = vec![&parent_id];
    for child in children {
        let n = values.len();
        groups.push(format!("($1, ${}, ${}, ${})", n + 1, n + 2, n + 3));
        values.push(&child.name);
        values.push(&child.date_of_birth);
        values.push(&child.notes);
    }
    // Only placeholders are pasted into the SQL; every value travels beside it.
    let sql = format!(
        "INSERT INTO children (parent_id, name, date_of_birth, notes) VALUES {}",
        groups.join(", ")
    );
    client.execute(&sql, &values)
    // end
}

harness::graded!(add_user, add_children);
