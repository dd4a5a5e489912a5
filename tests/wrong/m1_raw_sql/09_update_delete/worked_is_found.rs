//! caught by: rename_user: nobody is false, the same name again is true
//!
//! The statement worked, so somebody is said to be there.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/09_update_delete.rs"]
mod solution;
use solution::delete_user;

pub fn rename_user(client: &mut Client, user_id: i32, full_name: &str) -> Result<bool, Error> {
    let sql = "UPDATE users SET full_name = $2, updated_at = now() WHERE id = $1";
    Ok(client.execute(sql, &[&user_id, &full_name]).is_ok())
}

harness::graded!(rename_user, delete_user);
