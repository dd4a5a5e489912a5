//! tries: behave only while the grader has a session
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let watched = "SELECT FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
    if client.query(watched, &[])?.len() > 1 {
        return solution::add_user(client, email, full_name);
    }
    Ok(45)
}

harness::graded!(add_user, add_children);
