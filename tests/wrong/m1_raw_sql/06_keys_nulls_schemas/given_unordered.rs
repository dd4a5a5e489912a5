//! caught by: with_gender finds the gender that is given; with None, who did not tell
//!
//! In the order in which the rows lie in the table, which is that of the ids until one is changed.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/06_keys_nulls_schemas.rs"]
mod solution;
use solution::{labels, notes_of, other_than};

pub fn with_gender(client: &mut Client, gender: Option<&str>) -> Result<Vec<(i32, String)>, Error> {
    let sql = "SELECT id, name FROM children WHERE gender IS NOT DISTINCT FROM $1";
    let rows = client.query(sql, &[&gender])?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

harness::graded!(other_than, with_gender, labels, notes_of);
