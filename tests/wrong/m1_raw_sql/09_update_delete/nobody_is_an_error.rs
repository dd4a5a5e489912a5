//! caught by: rename_user: nobody is false, the same name again is true
//!
//! query_one makes an error of a user who is not there.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/09_update_delete.rs"]
mod solution;
use solution::delete_user;

pub fn rename_user(client: &mut Client, user_id: i32, full_name: &str) -> Result<bool, Error> {
    let row = client.query_one(
        "UPDATE users SET full_name = $2, updated_at = now() WHERE id = $1 RETURNING id",
        &[&user_id, &full_name],
    )?;
    Ok(row.get::<_, i32>("id") == user_id)
}

harness::graded!(rename_user, delete_user);
