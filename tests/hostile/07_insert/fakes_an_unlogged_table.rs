//! tries: put an unlogged copy in the place of the table
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    client.batch_execute(
        "CREATE UNLOGGED TABLE copy (LIKE users INCLUDING ALL);
         ALTER TABLE users RENAME TO away;
         ALTER TABLE copy RENAME TO users",
    )?;
    solution::add_user(client, email, full_name)
}

harness::graded!(add_user, add_children);
