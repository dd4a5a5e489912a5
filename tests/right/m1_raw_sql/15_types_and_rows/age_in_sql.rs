//! The age by SQL, rows through TryFrom with `try_get`; the email by ON CONFLICT, the parent by a
//! SELECT in the INSERT.

use std::error::Error as StdError;

use chrono::NaiveDate;
use postgres::{Client, Error, Row};

#[path = "../../../../solutions/m1_raw_sql/15_types_and_rows.rs"]
mod solution;
use solution::{Child, StoreError};

struct Read(Child);

impl TryFrom<&Row> for Read {
    type Error = Error;

    fn try_from(row: &Row) -> Result<Read, Error> {
        Ok(Read(Child {
            id: row.try_get(0)?,
            name: row.try_get(1)?,
            date_of_birth: row.try_get(2)?,
            gender: row.try_get(3)?,
            notes: row.try_get(4)?,
            age: row.try_get(5)?,
        }))
    }
}

pub fn children(
    client: &mut Client,
    parent_id: i32,
    day: NaiveDate,
) -> Result<Vec<Child>, Box<dyn StdError>> {
    let rows = client.query(
        "SELECT id, name, date_of_birth, gender, notes,
                date_part('year', age($2::date, date_of_birth))::integer
         FROM children WHERE parent_id = $1 AND $2 >= date_of_birth ORDER BY 3, 1",
        &[&parent_id, &day],
    )?;
    rows.iter().map(|row| Ok(Read::try_from(row)?.0)).collect()
}

pub fn register(
    client: &mut Client,
    email: String,
    full_name: String,
    firebase_uid: Option<String>,
) -> Result<i32, StoreError> {
    let row = client.query_opt(
        "INSERT INTO users (email, full_name, firebase_uid) VALUES ($1, $2, $3)
         ON CONFLICT (email) DO NOTHING RETURNING id",
        &[&email, &full_name, &firebase_uid],
    );
    row.map_err(StoreError::Database)?.map(|row| row.get(0)).ok_or(StoreError::EmailTaken)
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
    );
    row.map_err(StoreError::Database)?.map(|row| row.get(0)).ok_or(StoreError::NoSuchParent)
}

harness::graded!(children, register, add_child);
