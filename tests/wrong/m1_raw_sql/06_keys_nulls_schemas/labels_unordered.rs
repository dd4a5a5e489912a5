//! caught by: labels has a line for each child, with notes or without
//!
//! In the order in which the rows lie in the table, which is that of the ids until one is changed.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/06_keys_nulls_schemas.rs"]
mod solution;
use solution::{notes_of, other_than, with_gender};

pub fn labels(client: &mut Client) -> Result<Vec<String>, Error> {
    let sql = "SELECT name || coalesce(': ' || notes, '') FROM children";
    let rows = client.query(sql, &[])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

harness::graded!(other_than, with_gender, labels, notes_of);
