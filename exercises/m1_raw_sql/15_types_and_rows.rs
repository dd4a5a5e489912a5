//! # Exercise 15: types and rows
//!
//! The tables are Lundo's: `users` and `children`.
//!
//! `children` returns the children of one parent as they were on a given day: those born on that
//! day or before, the eldest first, twins in the order of their ids. What is missing in the table
//! (`gender`, `notes`) is `None`. `age` is the number of birthdays a child has had by the end of
//! that day: 0 in the first year. Who was born on 29 February has the birthday on 1 March in years
//! without that day.
//!
//! `register` stores a user, `add_child` a child. Each returns the new id. When the database
//! refuses, the caller gets a `StoreError`:
//!
//! - `EmailTaken` if the email belongs to another user already;
//! - `NoSuchParent` if there is no user with the id `parent_id`;
//! - `Database` with the server's own error inside for **everything else**, also for a rule that
//!   somebody adds to these tables tomorrow. (`firebase_uid` is unique too.)
//!
//! Two programs may register the same email at the same moment. One of them gets `EmailTaken`.
//!
//! Check your answer with `cargo run -- check 15`.

use std::error::Error;
use std::fmt;

use chrono::{Datelike, NaiveDate};
use postgres::Client;
use postgres::error::SqlState;

/// A child as it was on some day.
#[derive(Debug, serde::Serialize)]
pub struct Child {
    pub id: i32,
    pub name: String,
    pub date_of_birth: NaiveDate,
    pub gender: Option<String>,
    pub notes: Option<String>,
    pub age: i32,
}

/// Why something was not stored.
#[derive(Debug)]
pub enum StoreError {
    EmailTaken,
    NoSuchParent,
    Database(postgres::Error),
}

/// `?` calls this wherever a function returns `StoreError`.
impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> StoreError {
        todo!("EmailTaken and NoSuchParent where it is one of these, Database otherwise")
    }
}

/// The children of a parent as they were on this day.
pub fn children(
    client: &mut Client,
    parent_id: i32,
    day: NaiveDate,
) -> Result<Vec<Child>, postgres::Error> {
    todo!("select the children, and make a Child of each row")
}

/// How many birthdays there were from `born` to `day`.
pub fn age(born: NaiveDate, day: NaiveDate) -> i32 {
    todo!("count the birthdays, without dividing days by 365")
}

/// Stores a user and returns its id.
pub fn register(
    client: &mut Client,
    email: &str,
    full_name: &str,
    firebase_uid: Option<&str>,
) -> Result<i32, StoreError> {
    todo!("insert a row into users; `?` makes a StoreError of what the server says")
}

/// Stores a child and returns its id.
pub fn add_child(
    client: &mut Client,
    parent_id: i32,
    name: &str,
    date_of_birth: NaiveDate,
) -> Result<i32, StoreError> {
    todo!("insert a row into children")
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StoreError::EmailTaken => "somebody has this email already",
            StoreError::NoSuchParent => "there is no such parent",
            StoreError::Database(_) => "the database could not do it",
        })
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            StoreError::EmailTaken | StoreError::NoSuchParent => None,
            StoreError::Database(error) => Some(error),
        }
    }
}

harness::graded!(children, register, add_child);
