//! caught by: nobody's children are an empty list
//!
//! `query_one` fails where there is no such user.

use postgres::{Client, Error};

#[path = "solution.rs"]
mod solution;

pub fn names_of(client: &mut Client, email: &str) -> Result<Vec<String>, Error> {
    client.query_one("SELECT id FROM users WHERE email = $1", &[&email])?;
    solution::names_of(client, email)
}

harness::graded!(names_of);
