//! caught by: database is the name of the database that the URL leads to
//!
//! The user's name, which is often the same as the database's.

use postgres::{Client, Error, NoTls};

#[path = "../../../../solutions/m1_raw_sql/01_persistence.rs"]
mod solution;
use solution::About;

pub fn about(url: &str) -> Result<About, Error> {
    let mut client = Client::connect(url, NoTls)?;
    let row = client
        .query_one("SELECT current_setting('server_version_num')::int, current_user::text", &[])?;
    Ok(About { version: row.get(0), database: row.get(1) })
}

harness::graded!(about);
