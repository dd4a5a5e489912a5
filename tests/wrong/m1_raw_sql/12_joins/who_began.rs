//! caught by: lineage gives every message once, with conversation, child and parent
//!
//! The user who began the conversation stands in the place of the parent.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/12_joins.rs"]
mod solution;
use solution::{Line, activity, conversations_of, without_conversations};

pub fn lineage(client: &mut Client) -> Result<Vec<Line>, Error> {
    let rows = client.query(
        "SELECT m.id, c.title, k.name, u.full_name
         FROM messages m
         JOIN conversations c ON c.id = m.conversation_id
         JOIN children k      ON k.id = c.child_id
         JOIN users u         ON u.id = c.user_id
         ORDER BY m.id",
        &[],
    )?;
    let line = |row: &postgres::Row| Line {
        message_id: row.get(0),
        title: row.get(1),
        child: row.get(2),
        parent: row.get(3),
    };
    Ok(rows.iter().map(line).collect())
}

harness::graded!(conversations_of, without_conversations, lineage, activity);
