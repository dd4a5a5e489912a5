//! chrono counts the years; each function looks at its own error, by code and
//! constraint.

use chrono::NaiveDate;
use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/15_types_and_rows.rs"]
mod solution;
use solution::Child;

#[derive(Debug)]
pub enum StoreError {
    EmailTaken { email: String },
    NoSuchParent(i32),
    Database { source: Error },
}

pub fn children(client: &mut Client, parent_id: i32, day: NaiveDate) -> Result<Vec<Child>, Error> {
    let sql = "SELECT * FROM children WHERE parent_id = $1";
    let mut children = Vec::new();
    for row in client.query(sql, &[&parent_id])? {
        let date_of_birth: NaiveDate = row.get("date_of_birth");
        let Some(age) = day.years_since(date_of_birth) else { continue };
        children.push(Child {
            id: row.get("id"),
            name: row.get("name"),
            date_of_birth,
            gender: row.get("gender"),
            notes: row.get("notes"),
            age: i32::try_from(age).unwrap_or(i32::MAX),
        });
    }
    children.sort_by_key(|child| (child.date_of_birth, child.id));
    Ok(children)
}

fn broken(error: &Error) -> Option<(&str, &str)> {
    let db = error.as_db_error()?;
    Some((db.code().code(), db.constraint()?))
}

pub fn register(
    client: &mut Client,
    email: &str,
    full_name: &str,
    firebase_uid: Option<&str>,
) -> Result<i32, StoreError> {
    let sql = "INSERT INTO users (email, full_name, firebase_uid) VALUES ($1, $2, $3) RETURNING id";
    match client.query_one(sql, &[&email, &full_name, &firebase_uid]) {
        Ok(row) => Ok(row.get(0)),
        Err(error) if broken(&error) == Some(("23505", "users_email_key")) => {
            Err(StoreError::EmailTaken { email: email.to_owned() })
        }
        Err(source) => Err(StoreError::Database { source }),
    }
}

pub fn add_child(
    client: &mut Client,
    parent_id: i32,
    name: &str,
    date_of_birth: NaiveDate,
) -> Result<i32, StoreError> {
    let sql = "INSERT INTO children VALUES (DEFAULT, $1, $2, $3) RETURNING id";
    match client.query_one(sql, &[&parent_id, &name, &date_of_birth]) {
        Ok(row) => Ok(row.get(0)),
        Err(error) if broken(&error) == Some(("23503", "children_parent_id_fkey")) => {
            Err(StoreError::NoSuchParent(parent_id))
        }
        Err(source) => Err(StoreError::Database { source }),
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreError::Database { source } => Some(source),
            _ => None,
        }
    }
}

harness::graded!(children, register, add_child);
