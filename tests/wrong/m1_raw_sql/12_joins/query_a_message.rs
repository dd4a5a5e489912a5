//! caught by: each question is one query, however many rows there are
//!
//! The right rows, with a query for each message: the join is done by hand.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/12_joins.rs"]
mod solution;
use solution::{Line, activity, conversations_of, without_conversations};

pub fn lineage(client: &mut Client) -> Result<Vec<Line>, Error> {
    let mut lines = Vec::new();
    for message in client.query("SELECT id, conversation_id FROM messages ORDER BY id", &[])? {
        let conversation: i32 = message.get("conversation_id");
        let row = client.query_one(
            "SELECT c.title, k.name, u.full_name
             FROM conversations c
             JOIN children k ON k.id = c.child_id
             JOIN users u    ON u.id = k.parent_id
             WHERE c.id = $1",
            &[&conversation],
        )?;
        lines.push(Line {
            message_id: message.get("id"),
            title: row.get(0),
            child: row.get(1),
            parent: row.get(2),
        });
    }
    Ok(lines)
}

harness::graded!(conversations_of, without_conversations, lineage, activity);
