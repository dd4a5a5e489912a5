//! tries: lock the catalogs that every session needs
//! expect: failed|timed_out

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    for table in ["pg_class", "pg_database", "pg_authid", "pg_stat_activity"] {
        let _ = client.batch_execute("ROLLBACK");
        let _ = client.batch_execute(&format!("BEGIN; LOCK TABLE pg_catalog.{table}"));
    }
    Ok(45)
}

harness::graded!(add_user, add_children);
