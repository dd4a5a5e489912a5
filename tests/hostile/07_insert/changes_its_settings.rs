//! tries: give its role and the database settings that hinder the grader
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let row = client.query_one("SELECT current_user::text, current_database()::text", &[])?;
    let (me, database): (String, String) = (row.get(0), row.get(1));
    for setting in [
        "statement_timeout = 1",
        "search_path = fake, public",
        "default_transaction_read_only = on",
        "role = 'pglings'",
    ] {
        let _ = client.batch_execute(&format!("ALTER DATABASE {database} SET {setting}"));
        let _ = client.batch_execute(&format!("ALTER ROLE {me} SET {setting}"));
        let _ =
            client.batch_execute(&format!("ALTER ROLE ALL IN DATABASE {database} SET {setting}"));
    }
    Ok(45)
}

harness::graded!(add_user, add_children);
