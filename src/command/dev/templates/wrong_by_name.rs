//! caught by: the names come eldest first
//!
//! The order is that of the names.

use postgres::{Client, Error};

#[path = "solution.rs"]
mod solution;

pub fn names_of(client: &mut Client, email: &str) -> Result<Vec<String>, Error> {
    let mut names = solution::names_of(client, email)?;
    names.sort();
    Ok(names)
}

harness::graded!(names_of);
