//! caught by: last_messages and places are one query each
//!
//! The right rows, with a query for each conversation.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/13_subqueries_ctes_windows.rs"]
mod solution;
use solution::{Last, places, silent, thread};

pub fn last_messages(client: &mut Client) -> Result<Vec<Last>, Error> {
    let mut all = Vec::new();
    for conversation in client.query("SELECT id FROM conversations ORDER BY id", &[])? {
        let conversation_id: i32 = conversation.get("id");
        let message = client.query_opt(
            "SELECT id, content FROM messages WHERE conversation_id = $1
             ORDER BY created_at DESC, id DESC LIMIT 1",
            &[&conversation_id],
        )?;
        all.push(Last {
            conversation_id,
            message_id: message.as_ref().map(|row| row.get("id")),
            content: message.as_ref().map(|row| row.get("content")),
        });
    }
    Ok(all)
}

harness::graded!(last_messages, places, silent, thread);
