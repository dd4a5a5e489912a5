//! ON CONFLICT (email) and INSERT … SELECT: what is taken or missing is a row that does not come back.

use chrono::NaiveDate;
use postgres::Client;

#[path = "../../../../solutions/m1_raw_sql/15_types_and_rows.rs"]
mod solution;
use solution::{StoreError, children};

pub fn register(
    client: &mut Client,
    email: &str,
    full_name: &str,
    firebase_uid: Option<&str>,
) -> Result<i32, StoreError> {
    let row = client.query_opt(
        "INSERT INTO users (email, full_name, firebase_uid) VALUES ($1, $2, $3)
         ON CONFLICT (email) DO NOTHING RETURNING id",
        &[&email, &full_name, &firebase_uid],
    )?;
    row.map(|row| row.get(0)).ok_or(StoreError::EmailTaken)
}

pub fn add_child(
    client: &mut Client,
    parent_id: i32,
    name: &str,
    date_of_birth: NaiveDate,
) -> Result<i32, StoreError> {
    let row = client.query_opt(
        "INSERT INTO children (parent_id, name, date_of_birth)
         SELECT id, $2, $3 FROM users WHERE id = $1 RETURNING id",
        &[&parent_id, &name, &date_of_birth],
    )?;
    row.map(|row| row.get(0)).ok_or(StoreError::NoSuchParent)
}

harness::graded!(children, register, add_child);
