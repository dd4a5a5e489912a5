//! caught by: the emails travel beside the SQL
//!
//! One statement, parsed once, with all the emails pasted into it.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/14_client_under_the_hood.rs"]
mod solution;
use solution::{Found, search};

pub fn ids(client: &mut Client, emails: &[String]) -> Result<Vec<Option<i32>>, Error> {
    let quoted: Vec<_> = emails.iter().map(|email| email.replace('\'', "''")).collect();
    let list = quoted.join("', '");
    let sql = format!("SELECT email, id FROM users WHERE email IN ('{list}')");
    let rows = client.query(&sql, &[])?;
    let id = |email: &String| {
        let row = rows.iter().find(|row| row.get::<_, &str>("email") == email)?;
        Some(row.get("id"))
    };
    Ok(emails.iter().map(id).collect())
}

harness::graded!(search, ids);
