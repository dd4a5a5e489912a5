//! caught by: values travel beside the SQL, not inside it
//!
//! The values are pasted into the SQL, apostrophes doubled: it works until someone forgets to.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;
use solution::{NewChild, add_children};

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let quote = |text: &str| text.replace('\'', "''");
    let sql = format!(
        "INSERT INTO users (email, full_name) VALUES ('{}', '{}') RETURNING id",
        quote(email),
        quote(full_name)
    );
    Ok(client.query_one(&sql, &[])?.get(0))
}

harness::graded!(add_user, add_children);
