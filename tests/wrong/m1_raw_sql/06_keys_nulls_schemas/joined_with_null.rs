//! caught by: labels has a line for each child, with notes or without
//!
//! The whole line is NULL where the notes are, and a String cannot hold that.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/06_keys_nulls_schemas.rs"]
mod solution;
use solution::{notes_of, other_than, with_gender};

pub fn labels(client: &mut Client) -> Result<Vec<String>, Error> {
    let rows = client.query("SELECT name || ': ' || notes FROM children ORDER BY id", &[])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

harness::graded!(other_than, with_gender, labels, notes_of);
