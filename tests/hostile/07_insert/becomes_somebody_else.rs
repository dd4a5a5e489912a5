//! tries: take on other roles, and make roles and databases
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let me: String = client.query_one("SELECT current_user::text", &[])?.get(0);
    for sql in [
        "SET ROLE pglings".to_owned(),
        "SET ROLE postgres".to_owned(),
        "SET SESSION AUTHORIZATION pglings".to_owned(),
        format!("ALTER ROLE {me} SUPERUSER"),
        format!("ALTER ROLE {me} CREATEDB CREATEROLE"),
        format!("ALTER ROLE {me} CONNECTION LIMIT -1"),
        "ALTER ROLE pglings_owner LOGIN SUPERUSER".to_owned(),
        "ALTER ROLE pglings_owner SET search_path = nowhere".to_owned(),
        "CREATE ROLE pglings_hostile LOGIN SUPERUSER".to_owned(),
        "CREATE DATABASE pglings_hostile".to_owned(),
        "GRANT pg_read_server_files TO CURRENT_USER".to_owned(),
        "ALTER SYSTEM SET work_mem = '1GB'".to_owned(),
        "SET SESSION session_replication_role = replica".to_owned(),
        "SELECT pg_reload_conf()".to_owned(),
        "CHECKPOINT".to_owned(),
        format!("DROP ROLE {me}"),
        "DROP DATABASE postgres".to_owned(),
    ] {
        if client.batch_execute(&sql).is_ok() && !sql.starts_with("CHECKPOINT") {
            // It is not to be; a crash gives it away.
            eprintln!("allowed: {sql}");
            std::process::abort();
        }
    }
    Ok(45)
}

harness::graded!(add_user, add_children);
