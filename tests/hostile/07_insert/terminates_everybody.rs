//! tries: end and cancel every other session
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    for function in ["pg_cancel_backend", "pg_terminate_backend"] {
        let pids =
            client.query("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()", &[])?;
        for row in pids {
            let pid: i32 = row.get(0);
            let _ = client.execute(&format!("SELECT {function}({pid})"), &[]);
        }
    }
    Ok(45)
}

harness::graded!(add_user, add_children);
