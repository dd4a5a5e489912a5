//! caught by: thread puts each comment right above its replies, with its depth
//!
//! A path of text: as text, 100 comes before 99.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/13_subqueries_ctes_windows.rs"]
mod solution;
use solution::{Comment, last_messages, places, silent};

pub fn thread(client: &mut Client, post_id: i32) -> Result<Vec<Comment>, Error> {
    let rows = client.query(
        "WITH RECURSIVE t AS (
             SELECT c.id, 0 AS depth, c.body, c.created_at, to_char(c.created_at, 'YYYYMMDDHH24MISS') || '/' || c.id AS way
             FROM comments c
             WHERE c.post_id = $1 AND c.reply_to IS NULL
           UNION ALL
             SELECT c.id, t.depth + 1, c.body, c.created_at, t.way || ' ' || to_char(c.created_at, 'YYYYMMDDHH24MISS') || '/' || c.id
             FROM t JOIN comments c ON c.reply_to = t.id
         )
         SELECT id, depth, body FROM t ORDER BY way",
        &[&post_id],
    )?;
    let comment =
        |row: &postgres::Row| Comment { id: row.get(0), depth: row.get(1), body: row.get(2) };
    Ok(rows.iter().map(comment).collect())
}

harness::graded!(last_messages, places, silent, thread);
