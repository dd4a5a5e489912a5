//! caught by: notes_of counts children and notes, and has an answer for every parent
//!
//! Inside of max, COALESCE helps where there are rows without notes, not where there are none.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/06_keys_nulls_schemas.rs"]
mod solution;
use solution::{Notes, labels, other_than, with_gender};

pub fn notes_of(client: &mut Client, parent_id: i32) -> Result<Notes, Error> {
    let row = client.query_one(
        "SELECT count(*), count(notes), max(length(coalesce(notes, '')))
         FROM children WHERE parent_id = $1",
        &[&parent_id],
    )?;
    Ok(Notes { children: row.get(0), with_notes: row.get(1), longest: row.get(2) })
}

harness::graded!(other_than, with_gender, labels, notes_of);
