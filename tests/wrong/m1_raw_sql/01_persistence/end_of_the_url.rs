//! caught by: database is the name of the database that the URL leads to
//!
//! What stands behind the last slash of the URL: with options behind it, and `_` written as `%5F`.

use postgres::{Client, Error, NoTls};

#[path = "../../../../solutions/m1_raw_sql/01_persistence.rs"]
mod solution;
use solution::About;

pub fn about(url: &str) -> Result<About, Error> {
    let mut client = Client::connect(url, NoTls)?;
    let row = client.query_one("SELECT current_setting('server_version_num')::int", &[])?;
    let database = url.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(About { version: row.get(0), database })
}

harness::graded!(about);
