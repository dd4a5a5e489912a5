//! tries: fill a table until the disk is full
//! expect: timed_out|failed|crashed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    client.batch_execute(
        "CREATE UNLOGGED TABLE junk AS
         SELECT n, repeat('x', 100) AS x FROM generate_series(1, 50000000) AS n",
    )?;
    Ok(45)
}

harness::graded!(add_user, add_children);
