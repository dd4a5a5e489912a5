//! caught by: conversations_of finds those about the parent's children, the latest first
//!
//! Whoever began a conversation is taken for the parent of the child.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/12_joins.rs"]
mod solution;
use solution::{Conversation, activity, lineage, without_conversations};

pub fn conversations_of(client: &mut Client, parent_id: i32) -> Result<Vec<Conversation>, Error> {
    let rows = client.query(
        "SELECT c.id, k.name AS child, c.title
         FROM conversations c JOIN children k ON k.id = c.child_id
         WHERE c.user_id = $1
         ORDER BY c.updated_at DESC, c.id DESC",
        &[&parent_id],
    )?;
    let conversation = |row: &postgres::Row| Conversation {
        id: row.get("id"),
        child: row.get("child"),
        title: row.get("title"),
    };
    Ok(rows.iter().map(conversation).collect())
}

harness::graded!(conversations_of, without_conversations, lineage, activity);
