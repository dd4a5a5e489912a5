//! caught by: delete_user says how many children, conversations and messages went
//!
//! Forgets what this user has asked about others' children.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/09_update_delete.rs"]
mod solution;
use solution::{Gone, rename_user};

pub fn delete_user(client: &mut Client, user_id: i32) -> Result<Option<Gone>, Error> {
    let mut transaction = client.transaction()?;
    let conversations = "SELECT id FROM conversations
                         WHERE child_id IN (SELECT id FROM children WHERE parent_id = $1)";
    let mut count = |sql: &str| transaction.query(sql, &[&user_id]).map(|rows| rows.len() as u64);
    let gone = Gone {
        children: count("SELECT FROM children WHERE parent_id = $1")?,
        conversations: count(conversations)?,
        messages: count(&format!(
            "SELECT FROM messages WHERE conversation_id IN ({conversations})"
        ))?,
    };
    let users = transaction.execute("DELETE FROM users WHERE id = $1", &[&user_id])?;
    transaction.commit()?;
    Ok((users == 1).then_some(gone))
}

harness::graded!(rename_user, delete_user);
