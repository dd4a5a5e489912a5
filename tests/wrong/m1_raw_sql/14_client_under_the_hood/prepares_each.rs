//! caught by: ids parses once, however many emails there are
//!
//! Prepared, but inside of the loop: as many times as there are emails.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/14_client_under_the_hood.rs"]
mod solution;
use solution::{Found, search};

pub fn ids(client: &mut Client, emails: &[String]) -> Result<Vec<Option<i32>>, Error> {
    let mut ids = Vec::new();
    for email in emails {
        let statement = client.prepare("SELECT id FROM users WHERE email = $1")?;
        let row = client.query_opt(&statement, &[email])?;
        ids.push(row.map(|row| row.get(0)));
    }
    Ok(ids)
}

harness::graded!(search, ids);
