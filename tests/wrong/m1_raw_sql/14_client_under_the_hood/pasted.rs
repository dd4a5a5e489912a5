//! caught by: the text of search travels beside the SQL
//!
//! Apostrophes are doubled, and then the text is pasted: right until somebody forgets it.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/14_client_under_the_hood.rs"]
mod solution;
use solution::{Found, ids};

pub fn search(client: &mut Client, parent_id: i32, text: &str) -> Result<Vec<Found>, Error> {
    let text = text.replace('\'', "''");
    let sql = format!(
        "SELECT id, name FROM children
         WHERE parent_id = {parent_id} AND strpos(name, '{text}') > 0 ORDER BY id"
    );
    let rows = client.query(&sql, &[])?;
    Ok(rows.iter().map(|row| Found { id: row.get("id"), name: row.get("name") }).collect())
}

harness::graded!(search, ids);
