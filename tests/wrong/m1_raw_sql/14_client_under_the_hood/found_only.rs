//! caught by: ids gives the id of each email, in their order, and None for nobody
//!
//! One statement for all, in which whom nobody knows has no row.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/14_client_under_the_hood.rs"]
mod solution;
use solution::{Found, search};

pub fn ids(client: &mut Client, emails: &[String]) -> Result<Vec<Option<i32>>, Error> {
    let rows =
        client.query("SELECT id FROM users WHERE email = ANY($1) ORDER BY id", &[&emails])?;
    Ok(rows.iter().map(|row| Some(row.get(0))).collect())
}

harness::graded!(search, ids);
