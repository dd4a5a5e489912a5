//! caught by: values travel beside the SQL, not inside it
//!
//! The name is pasted into the SQL, apostrophes doubled: it works until someone forgets to.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/09_update_delete.rs"]
mod solution;
use solution::delete_user;

pub fn rename_user(client: &mut Client, user_id: i32, full_name: &str) -> Result<bool, Error> {
    let full_name = full_name.replace('\'', "''");
    let sql = format!(
        "UPDATE users SET full_name = '{full_name}', updated_at = now() WHERE id = {user_id}"
    );
    Ok(client.execute(&sql, &[])? == 1)
}

harness::graded!(rename_user, delete_user);
