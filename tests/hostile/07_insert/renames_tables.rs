//! tries: rename the tables away
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let _ = client.batch_execute("ALTER TABLE users RENAME TO u; ALTER TABLE children RENAME TO c");
    Ok(45)
}

harness::graded!(add_user, add_children);
