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
    todo!("insert one row into users and return the id that the server gave it")
}

/// Stores the children of one parent and returns how many there were.
pub fn add_children(
    client: &mut Client,
    parent_id: i32,
    children: &[NewChild],
) -> Result<u64, Error> {
    todo!("insert all the children in one statement and return how many rows that made")
}

harness::graded!(add_user, add_children);
