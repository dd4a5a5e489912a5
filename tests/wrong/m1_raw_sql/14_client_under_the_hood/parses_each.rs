//! caught by: ids parses once, however many emails there are
//!
//! Given a text, each run has it parsed anew.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/14_client_under_the_hood.rs"]
mod solution;
use solution::{Found, search};

pub fn ids(client: &mut Client, emails: &[String]) -> Result<Vec<Option<i32>>, Error> {
    let mut ids = Vec::new();
    for email in emails {
        let row = client.query_opt("SELECT id FROM users WHERE email = $1", &[email])?;
        ids.push(row.map(|row| row.get(0)));
    }
    Ok(ids)
}

harness::graded!(search, ids);
