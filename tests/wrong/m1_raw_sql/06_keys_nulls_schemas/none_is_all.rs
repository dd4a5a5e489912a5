//! caught by: with_gender finds the gender that is given; with None, who did not tell
//!
//! Without a gender, the condition goes: a filter that is off, not one for NULL.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/06_keys_nulls_schemas.rs"]
mod solution;
use solution::{labels, notes_of, other_than};

pub fn with_gender(client: &mut Client, gender: Option<&str>) -> Result<Vec<(i32, String)>, Error> {
    let sql = "SELECT id, name FROM children WHERE $1::text IS NULL OR gender = $1 ORDER BY id";
    let rows = client.query(sql, &[&gender])?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

harness::graded!(other_than, with_gender, labels, notes_of);
