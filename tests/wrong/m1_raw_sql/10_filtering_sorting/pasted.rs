//! caught by: values travel beside the SQL, not inside it
//!
//! The pattern is pasted into the SQL, apostrophes doubled: it works until someone forgets to.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/10_filtering_sorting.rs"]
mod solution;
use solution::{Found, begun_between, incomplete, page_of_titles, users_by_ids};

pub fn search(client: &mut Client, text: &str, limit: i32) -> Result<Vec<Found>, Error> {
    let text = text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    let pattern = format!("%{text}%").replace('\'', "''");
    let sql = format!(
        "SELECT id, content FROM messages
         WHERE content ILIKE '{pattern}' ORDER BY created_at DESC, id LIMIT {limit}"
    );
    let rows = client.query(&sql, &[])?;
    Ok(rows.iter().map(|row| Found { id: row.get("id"), content: row.get("content") }).collect())
}

harness::graded!(incomplete, users_by_ids, begun_between, search, page_of_titles);
