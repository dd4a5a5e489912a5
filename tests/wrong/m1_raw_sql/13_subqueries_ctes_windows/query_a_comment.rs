//! caught by: silent and thread are one query each
//!
//! A recursion in Rust, with a query for the replies to each comment.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/13_subqueries_ctes_windows.rs"]
mod solution;
use solution::{Comment, last_messages, places, silent};

pub fn thread(client: &mut Client, post_id: i32) -> Result<Vec<Comment>, Error> {
    let tops = client.query(
        "SELECT id, body FROM comments WHERE post_id = $1 AND reply_to IS NULL
         ORDER BY created_at, id",
        &[&post_id],
    )?;
    let mut all = Vec::new();
    for row in &tops {
        descend(client, row, 0, &mut all)?;
    }
    Ok(all)
}

fn descend(
    client: &mut Client,
    row: &postgres::Row,
    depth: i32,
    all: &mut Vec<Comment>,
) -> Result<(), Error> {
    let id: i32 = row.get("id");
    all.push(Comment { id, depth, body: row.get("body") });
    let replies = client.query(
        "SELECT id, body FROM comments WHERE reply_to = $1 ORDER BY created_at, id",
        &[&id],
    )?;
    for reply in &replies {
        descend(client, reply, depth + 1, all)?;
    }
    Ok(())
}

harness::graded!(last_messages, places, silent, thread);
