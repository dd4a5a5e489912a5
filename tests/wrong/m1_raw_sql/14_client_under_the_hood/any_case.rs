//! caught by: search finds the children of this parent with the text in their names, as it was typed
//!
//! Upper and lower case are one here.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/14_client_under_the_hood.rs"]
mod solution;
use solution::{Found, ids};

pub fn search(client: &mut Client, parent_id: i32, text: &str) -> Result<Vec<Found>, Error> {
    let rows = client.query(
        "SELECT id, name FROM children WHERE parent_id = $1 AND strpos(lower(name), lower($2)) > 0 ORDER BY id",
        &[&parent_id, &text],
    )?;
    Ok(rows.iter().map(|row| Found { id: row.get("id"), name: row.get("name") }).collect())
}

harness::graded!(search, ids);
