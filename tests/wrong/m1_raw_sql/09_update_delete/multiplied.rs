//! caught by: delete_user says how many children, conversations and messages went
//!
//! The joins repeat a child for each of its messages, and everything is counted so often.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/09_update_delete.rs"]
mod solution;
use solution::{Gone, rename_user};

pub fn delete_user(client: &mut Client, user_id: i32) -> Result<Option<Gone>, Error> {
    let mut transaction = client.transaction()?;
    let row = transaction.query_one(
        "SELECT count(k.id) AS children, count(c.id) AS conversations, count(m.id) AS messages
         FROM users u
         LEFT JOIN children k ON k.parent_id = u.id
         LEFT JOIN conversations c ON c.child_id = k.id OR c.user_id = u.id
         LEFT JOIN messages m ON m.conversation_id = c.id
         WHERE u.id = $1",
        &[&user_id],
    )?;
    let count = |name| row.get::<_, i64>(name).unsigned_abs();
    let gone = Gone {
        children: count("children"),
        conversations: count("conversations"),
        messages: count("messages"),
    };
    let users = transaction.execute("DELETE FROM users WHERE id = $1", &[&user_id])?;
    transaction.commit()?;
    Ok((users == 1).then_some(gone))
}

harness::graded!(rename_user, delete_user);
