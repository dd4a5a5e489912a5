//! caught by: rename_user: nobody is false, the same name again is true
//!
//! A user who has that name already counts as not there.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/09_update_delete.rs"]
mod solution;
use solution::delete_user;

pub fn rename_user(client: &mut Client, user_id: i32, full_name: &str) -> Result<bool, Error> {
    let sql = "UPDATE users SET full_name = $2, updated_at = now()
               WHERE id = $1 AND full_name <> $2";
    Ok(client.execute(sql, &[&user_id, &full_name])? == 1)
}

harness::graded!(rename_user, delete_user);
