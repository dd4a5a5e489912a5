//! caught by: a connection that fails is an error for the caller
//!
//! `unwrap` makes the end of the program of what the caller could have handled.

use postgres::{Client, Error, NoTls};

#[path = "../../../../solutions/m1_raw_sql/01_persistence.rs"]
mod solution;
use solution::About;

#[allow(clippy::unwrap_used)]
pub fn about(url: &str) -> Result<About, Error> {
    let mut client = Client::connect(url, NoTls).unwrap();
    let row = client
        .query_one("SELECT current_setting('server_version_num')::int, current_database()", &[])
        .unwrap();
    Ok(About { version: row.get(0), database: row.get(1) })
}

harness::graded!(about);
