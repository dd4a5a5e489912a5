//! caught by: one connection is enough for both
//!
//! A connection for each question.

use postgres::{Client, Error, NoTls};

#[path = "../../../../solutions/m1_raw_sql/01_persistence.rs"]
mod solution;
use solution::About;

pub fn about(url: &str) -> Result<About, Error> {
    Ok(About { version: version(url)?, database: database(url)? })
}

fn version(url: &str) -> Result<i32, Error> {
    let mut client = Client::connect(url, NoTls)?;
    Ok(client.query_one("SELECT current_setting('server_version_num')::int", &[])?.get(0))
}

fn database(url: &str) -> Result<String, Error> {
    let mut client = Client::connect(url, NoTls)?;
    Ok(client.query_one("SELECT current_database()", &[])?.get(0))
}

harness::graded!(about);
