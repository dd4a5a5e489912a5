//! caught by: a connection that fails is an error for the caller
//!
//! Zero and an empty name in the place of the error: the caller cannot tell that it failed.

use postgres::{Client, Error, NoTls};

#[path = "../../../../solutions/m1_raw_sql/01_persistence.rs"]
mod solution;
use solution::About;

pub fn about(url: &str) -> Result<About, Error> {
    let Ok(mut client) = Client::connect(url, NoTls) else {
        return Ok(About { version: 0, database: String::new() });
    };
    let row = client
        .query_one("SELECT current_setting('server_version_num')::int, current_database()", &[])?;
    Ok(About { version: row.get(0), database: row.get(1) })
}

harness::graded!(about);
