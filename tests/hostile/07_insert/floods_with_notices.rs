//! tries: have the server send a flood of notices
//! expect: failed|timed_out

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    client.batch_execute(
        "DO $$ BEGIN FOR n IN 1..200000 LOOP RAISE NOTICE 'passed %', n; END LOOP; END $$",
    )?;
    Ok(45)
}

harness::graded!(add_user, add_children);
