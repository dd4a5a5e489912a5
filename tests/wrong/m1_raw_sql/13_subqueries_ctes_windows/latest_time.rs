//! caught by: last_messages gives every conversation once, with its latest message or None
//!
//! Joined by the latest time: two messages of that moment come out both.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/13_subqueries_ctes_windows.rs"]
mod solution;
use solution::{Last, places, silent, thread};

pub fn last_messages(client: &mut Client) -> Result<Vec<Last>, Error> {
    let rows = client.query(
        "SELECT c.id, m.id, m.content
         FROM conversations c
         LEFT JOIN (SELECT conversation_id, max(created_at) AS latest
                    FROM messages
                    GROUP BY conversation_id) l ON l.conversation_id = c.id
         LEFT JOIN messages m ON m.conversation_id = c.id AND m.created_at = l.latest
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
