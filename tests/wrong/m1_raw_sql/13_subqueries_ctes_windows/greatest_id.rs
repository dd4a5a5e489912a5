//! caught by: last_messages gives every conversation once, with its latest message or None
//!
//! The message that was stored last is not always the latest.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/13_subqueries_ctes_windows.rs"]
mod solution;
use solution::{Last, places, silent, thread};

pub fn last_messages(client: &mut Client) -> Result<Vec<Last>, Error> {
    let rows = client.query(
        "SELECT c.id, m.id, m.content
         FROM conversations c
         LEFT JOIN messages m ON m.id = (SELECT max(id) FROM messages WHERE conversation_id = c.id)
         ORDER BY c.id",
        &[],
    )?;
    let last = |row: &postgres::Row| Last {
        conversation_id: row.get(0),
        message_id: row.get(1),
        content: row.get(2),
    };
    Ok(rows.iter().map(last).collect())
}

harness::graded!(last_messages, places, silent, thread);
