//! SHOW, which answers with text, and a question of its own for the name; a boxed error.

use std::error::Error;

use postgres::{Client, NoTls};

#[path = "../../../../solutions/m1_raw_sql/01_persistence.rs"]
mod solution;
use solution::About;

pub fn about(url: String) -> Result<About, Box<dyn Error>> {
    let mut client = Client::connect(&url, NoTls)?;
    let version: String = client.query_one("SHOW server_version_num", &[])?.get(0);
    let database: Option<String> =
        client.query_one("SELECT current_catalog::text AS d", &[])?.try_get("d")?;
    client.close()?;
    Ok(About { version: version.parse()?, database: database.unwrap_or_default() })
}

harness::graded!(about);
