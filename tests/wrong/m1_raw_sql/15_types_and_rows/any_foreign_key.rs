//! caught by: a rule that was added later comes through as the server's own error
//!
//! Any foreign_key_violation is taken for the parent's.

use std::fmt;

use chrono::NaiveDate;
use postgres::Client;
use postgres::error::SqlState;

#[path = "../../../../solutions/m1_raw_sql/15_types_and_rows.rs"]
mod solution;
use solution::children;

#[derive(Debug)]
pub enum StoreError {
    EmailTaken,
    NoSuchParent,
    Database(postgres::Error),
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> StoreError {
        let taken = error.as_db_error().and_then(|db| db.constraint()) == Some("users_email_key");
        match error.code() {
            Some(&SqlState::UNIQUE_VIOLATION) if taken => StoreError::EmailTaken,
            Some(&SqlState::FOREIGN_KEY_VIOLATION) => StoreError::NoSuchParent,
            _ => StoreError::Database(error),
        }
    }
}

pub fn register(
    client: &mut Client,
    email: &str,
    full_name: &str,
    firebase_uid: Option<&str>,
) -> Result<i32, StoreError> {
    let row = client.query_one(
        "INSERT INTO users (email, full_name, firebase_uid) VALUES ($1, $2, $3) RETURNING id",
        &[&email, &full_name, &firebase_uid],
    )?;
    Ok(row.get("id"))
}

pub fn add_child(
    client: &mut Client,
    parent_id: i32,
    name: &str,
    date_of_birth: NaiveDate,
) -> Result<i32, StoreError> {
    let row = client.query_one(
        "INSERT INTO children (parent_id, name, date_of_birth) VALUES ($1, $2, $3) RETURNING id",
        &[&parent_id, &name, &date_of_birth],
    )?;
    Ok(row.get("id"))
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreError::Database(error) => Some(error),
            _ => None,
        }
    }
}

harness::graded!(children, register, add_child);
