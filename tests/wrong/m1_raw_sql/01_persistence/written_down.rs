//! caught by: version is the number that the server gives
//!
//! The number that the task shows: right on one server in a hundred.

use postgres::{Client, Error, NoTls};

#[path = "../../../../solutions/m1_raw_sql/01_persistence.rs"]
mod solution;
use solution::About;

pub fn about(url: &str) -> Result<About, Error> {
    let mut client = Client::connect(url, NoTls)?;
    let row = client.query_one("SELECT current_database()", &[])?;
    Ok(About { version: 150018, database: row.get(0) })
}

harness::graded!(about);
