//! caught by: last_messages gives every conversation once, with its latest message or None
//!
//! Of messages of the same moment, the first is taken for the last.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/13_subqueries_ctes_windows.rs"]
mod solution;
use solution::{Last, places, silent, thread};

pub fn last_messages(client: &mut Client) -> Result<Vec<Last>, Error> {
    let rows = client.query(
        "SELECT DISTINCT ON (c.id) c.id, m.id, m.content
         FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
         ORDER BY c.id, m.created_at DESC, m.id",
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
