//! tries: read and write files and start programs by way of the server
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    for sql in [
        "COPY (SELECT 1) TO PROGRAM 'sleep 60'",
        "CREATE TEMP TABLE t (x text); COPY t FROM '/etc/passwd'",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT pg_ls_dir('.')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT lo_export(lo_from_bytea(0, 'x'), '/tmp/pglings-hostile')",
        "CREATE EXTENSION dblink",
        "CREATE EXTENSION postgres_fdw",
        "CREATE EXTENSION file_fdw",
        "CREATE EXTENSION adminpack",
        "LOAD '/tmp/pglings-hostile.so'",
        "CREATE FUNCTION f() RETURNS int LANGUAGE c AS '/lib/x86_64-linux-gnu/libc.so.6', 'getpid'",
        "DO LANGUAGE plpython3u $$ import os $$",
        "CREATE TABLESPACE hostile LOCATION '/tmp'",
        "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p",
    ] {
        if client.batch_execute(sql).is_ok() {
            eprintln!("allowed: {sql}");
            std::process::abort();
        }
    }
    Ok(45)
}

harness::graded!(add_user, add_children);
