//! tries: turn its INSERT into another by a rule
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let _ = client.batch_execute("CREATE RULE r AS ON INSERT TO users DO INSTEAD NOTHING");
    client
        .execute("INSERT INTO users (email, full_name) VALUES ($1, $2)", &[&email, &full_name])?;
    Ok(45)
}

harness::graded!(add_user, add_children);
