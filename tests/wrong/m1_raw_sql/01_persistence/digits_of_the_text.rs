//! caught by: version is the number that the server gives
//!
//! The digits of the text are taken for the number: 15.18 becomes 1518.

use postgres::{Client, Error, NoTls};

#[path = "../../../../solutions/m1_raw_sql/01_persistence.rs"]
mod solution;
use solution::About;

pub fn about(url: &str) -> Result<About, Error> {
    let mut client = Client::connect(url, NoTls)?;
    let row =
        client.query_one("SELECT current_setting('server_version'), current_database()", &[])?;
    let text: &str = row.get(0);
    let number = text.split(' ').next().unwrap_or_default();
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    Ok(About { version: digits.parse().unwrap_or(0), database: row.get(1) })
}

harness::graded!(about);
