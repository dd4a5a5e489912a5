//! tries: leave large objects, labels and prepared transactions
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    for sql in [
        "SELECT lo_from_bytea(0, repeat('x', 1000000)::bytea) FROM generate_series(1, 20)",
        "SECURITY LABEL ON TABLE users IS 'passed'",
        "COMMENT ON TABLE users IS 'passed'",
        "BEGIN; INSERT INTO users (email, full_name) VALUES ('x', 'y'); PREPARE TRANSACTION 'x'",
        "ROLLBACK",
        "SELECT pg_create_logical_replication_slot('hostile', 'test_decoding')",
        "SELECT pg_create_physical_replication_slot('hostile')",
        "SELECT pg_advisory_lock(n) FROM generate_series(1, 1000) AS n",
    ] {
        let _ = client.batch_execute(sql);
    }
    Ok(45)
}

harness::graded!(add_user, add_children);
