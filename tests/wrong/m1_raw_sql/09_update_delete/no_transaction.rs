//! caught by: delete_user: if the user cannot go, nothing goes
//!
//! Each statement is final by itself: what was deleted before the error stays deleted.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/09_update_delete.rs"]
mod solution;
use solution::{Gone, rename_user};

pub fn delete_user(client: &mut Client, user_id: i32) -> Result<Option<Gone>, Error> {
    let conversations = "SELECT id FROM conversations
                         WHERE user_id = $1
                            OR child_id IN (SELECT id FROM children WHERE parent_id = $1)";
    let mut delete = |sql: &str| client.execute(sql, &[&user_id]);
    let messages =
        delete(&format!("DELETE FROM messages WHERE conversation_id IN ({conversations})"))?;
    let conversations =
        delete(&format!("DELETE FROM conversations WHERE id IN ({conversations})"))?;
    let children = delete("DELETE FROM children WHERE parent_id = $1")?;
    let users = delete("DELETE FROM users WHERE id = $1")?;
    Ok((users == 1).then_some(Gone { children, conversations, messages }))
}

harness::graded!(rename_user, delete_user);
