//! One statement each: all its parts see the tables as they were before it.

use postgres::{Client, Error};

#[derive(serde::Serialize)]
pub struct Gone {
    children: i64,
    conversations: i64,
    messages: i64,
}

pub fn rename_user(client: &mut Client, user_id: i32, full_name: &str) -> Result<bool, Error> {
    let row = client.query_opt(
        "UPDATE users SET (full_name, updated_at) = ($2, clock_timestamp()) WHERE id = $1
         RETURNING 1",
        &[&user_id, &full_name],
    )?;
    Ok(row.is_some())
}

pub fn delete_user(client: &mut Client, user_id: i32) -> Result<Option<Gone>, Error> {
    let row = client.query_opt(
        "WITH gone AS (DELETE FROM users WHERE id = $1 RETURNING id),
              c AS (SELECT c.id FROM conversations c JOIN children k ON k.id = c.child_id
                    WHERE $1 IN (c.user_id, k.parent_id))
         SELECT (SELECT count(*) FROM children WHERE parent_id = $1) AS children,
                (SELECT count(*) FROM c) AS conversations,
                (SELECT count(*) FROM messages JOIN c ON c.id = conversation_id) AS messages
         FROM gone",
        &[&user_id],
    )?;
    Ok(row.map(|row| Gone {
        children: row.get("children"),
        conversations: row.get("conversations"),
        messages: row.get("messages"),
    }))
}

harness::graded!(rename_user, delete_user);
