//! caught by: search: the newest messages with this text, in upper or lower case
//!
//! LIKE tells upper case from lower case.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/10_filtering_sorting.rs"]
mod solution;
use solution::{Found, begun_between, incomplete, page_of_titles, users_by_ids};

pub fn search(client: &mut Client, text: &str, limit: i32) -> Result<Vec<Found>, Error> {
    let text = text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    let pattern = format!("%{text}%");
    let rows = client.query(
        "SELECT id, content FROM messages
         WHERE content LIKE $1 ORDER BY created_at DESC, id LIMIT $2",
        &[&pattern, &i64::from(limit)],
    )?;
    Ok(rows.iter().map(|row| Found { id: row.get("id"), content: row.get("content") }).collect())
}

harness::graded!(incomplete, users_by_ids, begun_between, search, page_of_titles);
