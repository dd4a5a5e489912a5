//! caught by: last_messages gives every conversation once, with its latest message or None
//!
//! The row number is asked in WHERE, where a conversation without messages has none.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/13_subqueries_ctes_windows.rs"]
mod solution;
use solution::{Last, places, silent, thread};

pub fn last_messages(client: &mut Client) -> Result<Vec<Last>, Error> {
    let rows = client.query(
        "SELECT c.id, m.id, m.content
         FROM conversations c
         LEFT JOIN (SELECT *, row_number() OVER (PARTITION BY conversation_id
                                                 ORDER BY created_at DESC, id DESC) AS place
                    FROM messages) m ON m.conversation_id = c.id
         WHERE m.place = 1
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
