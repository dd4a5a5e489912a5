//! caught by: incomplete: this parent's children without notes or without gender
//!
//! Only those of whom neither is known.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/10_filtering_sorting.rs"]
mod solution;
use solution::{begun_between, page_of_titles, search, users_by_ids};

pub fn incomplete(client: &mut Client, parent_id: i32) -> Result<Vec<String>, Error> {
    let rows = client.query(
        "SELECT name FROM children
         WHERE parent_id = $1 AND notes IS NULL AND gender IS NULL
         ORDER BY id",
        &[&parent_id],
    )?;
    Ok(rows.iter().map(|row| row.get("name")).collect())
}

harness::graded!(incomplete, users_by_ids, begun_between, search, page_of_titles);
