//! caught by: rename_user changes the name of this user, and of no other
//!
//! Looks whether the user is there, and then gives everybody the name.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/09_update_delete.rs"]
mod solution;
use solution::delete_user;

pub fn rename_user(client: &mut Client, user_id: i32, full_name: &str) -> Result<bool, Error> {
    let found = client.query_opt("SELECT FROM users WHERE id = $1", &[&user_id])?;
    if found.is_none() {
        return Ok(false);
    }
    client.execute("UPDATE users SET full_name = $1, updated_at = now()", &[&full_name])?;
    Ok(true)
}

harness::graded!(rename_user, delete_user);
