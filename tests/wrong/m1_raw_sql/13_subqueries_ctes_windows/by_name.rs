//! caught by: silent finds those without a comment, even where a comment has no author
//!
//! In the order of the names, and not of the ids.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/13_subqueries_ctes_windows.rs"]
mod solution;
use solution::{last_messages, places, thread};

pub fn silent(client: &mut Client) -> Result<Vec<String>, Error> {
    let rows = client.query(
        "SELECT u.username FROM users u
         WHERE NOT EXISTS (SELECT FROM comments c WHERE c.author_id = u.id)
         ORDER BY u.username",
        &[],
    )?;
    Ok(rows.iter().map(|row| row.get("username")).collect())
}

harness::graded!(last_messages, places, silent, thread);
