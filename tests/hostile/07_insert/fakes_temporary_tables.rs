//! tries: work on temporary tables of the same names
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    client.batch_execute(
        "CREATE TEMP TABLE IF NOT EXISTS users (LIKE public.users INCLUDING ALL);
         CREATE TEMP TABLE IF NOT EXISTS children (LIKE public.children INCLUDING ALL)",
    )?;
    solution::add_user(client, email, full_name)
}

harness::graded!(add_user, add_children);
