//! # Exercise 8: SELECT
//!
//! Four questions about `users` and `children`. None of them changes anything. Where there is
//! nothing to tell, the answer is an empty `Vec` or `None`, and not an error.
//!
//! `to_remind`: the users who are active and have not verified their email yet; their id, name and
//! email, in the order of their ids.
//!
//! `older_than`: the children who are **more** than so many days old on a given day; their name and
//! their age in days on that day, the oldest first. Of children who are equally old the one with
//! the smaller id comes first.
//!
//! `birth_years`: the years in which a parent's children were born, each year once, the earliest
//! first.
//!
//! `user_by_email`: the user with exactly this email, or `None` if there is none. Not every user
//! has a `firebase_uid`.
//!
//! Check your answer with `cargo run -- check 8`.

use chrono::NaiveDate;
use postgres::{Client, Error};

/// Somebody who gets a mail from us.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Contact {
    pub id: i32,
    pub full_name: String,
    pub email: String,
}

/// A child and its age.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Age {
    pub name: String,
    pub days: i32,
}

/// A user as the rest of the program knows it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct User {
    pub id: i32,
    pub full_name: String,
    pub firebase_uid: Option<String>,
}

/// The active users who are not verified, in the order of their ids.
pub fn to_remind(client: &mut Client) -> Result<Vec<Contact>, Error> {
    todo!("select id, full_name and email of the active users who are not verified")
}

/// The children who are more than `days` old on a day, the oldest first.
pub fn older_than(client: &mut Client, on: NaiveDate, days: i32) -> Result<Vec<Age>, Error> {
    todo!("select name and age in days of the children who are older than that on the given day")
}

/// The years in which the children of a parent were born, each once.
pub fn birth_years(client: &mut Client, parent_id: i32) -> Result<Vec<i32>, Error> {
    todo!("select the years of birth of this parent's children, each once, the earliest first")
}

/// The user with this email, if there is one.
pub fn user_by_email(client: &mut Client, email: &str) -> Result<Option<User>, Error> {
    todo!("find the one user with this email; nobody is None, and so is no firebase_uid")
}

harness::graded!(to_remind, older_than, birth_years, user_by_email);
