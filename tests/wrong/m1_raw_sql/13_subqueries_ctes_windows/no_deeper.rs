//! caught by: thread puts each comment right above its replies, with its depth
//!
//! One join finds the replies, and not the replies to these.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/13_subqueries_ctes_windows.rs"]
mod solution;
use solution::{Comment, last_messages, places, silent};

pub fn thread(client: &mut Client, post_id: i32) -> Result<Vec<Comment>, Error> {
    let rows = client.query(
        "SELECT c.id, 0 AS depth, c.body, c.created_at, c.id AS top
         FROM comments c
         WHERE c.post_id = $1 AND c.reply_to IS NULL
         UNION ALL
         SELECT r.id, 1, r.body, c.created_at, c.id
         FROM comments c JOIN comments r ON r.reply_to = c.id
         WHERE c.post_id = $1 AND c.reply_to IS NULL
         ORDER BY created_at, top, depth, id",
        &[&post_id],
    )?;
    let comment =
        |row: &postgres::Row| Comment { id: row.get(0), depth: row.get(1), body: row.get(2) };
    Ok(rows.iter().map(comment).collect())
}

harness::graded!(last_messages, places, silent, thread);
