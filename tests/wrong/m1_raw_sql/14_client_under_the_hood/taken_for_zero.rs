//! caught by: ids gives the id of each email, in their order, and None for nobody
//!
//! Nobody is 0, which is an id that nobody has, today.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/14_client_under_the_hood.rs"]
mod solution;
use solution::{Found, search};

pub fn ids(client: &mut Client, emails: &[String]) -> Result<Vec<Option<i32>>, Error> {
    let statement = client.prepare("SELECT id FROM users WHERE email = $1")?;
    let mut ids = Vec::new();
    for email in emails {
        let row = client.query_opt(&statement, &[email])?;
        ids.push(Some(row.map_or(0, |row| row.get(0))));
    }
    Ok(ids)
}

harness::graded!(search, ids);
