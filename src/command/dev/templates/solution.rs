//! # Exercise 99: sample
//!
//! What Lundo needs, and exactly what is wanted.
//!
//! `names_of` returns the names of the children of the user with this email, eldest first (by `id`
//! where two were born on one day). Nobody with that email, or no children, is an empty list.
//!
//! Check your answer with `cargo run -- check 99`.

use postgres::{Client, Error};

/// The names of a user's children, eldest first.
pub fn names_of(client: &mut Client, email: &str) -> Result<Vec<String>, Error> {
    // todo: return the names of this user's children, eldest first
    // Comments in here say why, and are not in the stub.
    let rows = client.query(
        "SELECT c.name FROM children c JOIN users u ON u.id = c.parent_id
         WHERE u.email = $1
         ORDER BY c.date_of_birth, c.id",
        &[&email],
    )?;
    Ok(rows.iter().map(|row| row.get("name")).collect())
    // end
}

harness::graded!(names_of);
