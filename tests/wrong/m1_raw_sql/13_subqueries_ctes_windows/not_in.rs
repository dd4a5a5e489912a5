//! caught by: silent finds those without a comment, even where a comment has no author
//!
//! One comment without an author, and NOT IN finds nobody.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/13_subqueries_ctes_windows.rs"]
mod solution;
use solution::{last_messages, places, thread};

pub fn silent(client: &mut Client) -> Result<Vec<String>, Error> {
    let rows = client.query(
        "SELECT username FROM users
         WHERE id NOT IN (SELECT author_id FROM comments)
         ORDER BY id",
        &[],
    )?;
    Ok(rows.iter().map(|row| row.get("username")).collect())
}

harness::graded!(last_messages, places, silent, thread);
