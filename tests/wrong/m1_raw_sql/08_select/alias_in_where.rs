//! caught by: older_than: more than so many days old, the oldest first
//!
//! WHERE does not know what SELECT calls the expression.

use chrono::NaiveDate;
use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/08_select.rs"]
mod solution;
use solution::{Age, birth_years, to_remind, user_by_email};

pub fn older_than(client: &mut Client, on: NaiveDate, days: i32) -> Result<Vec<Age>, Error> {
    let rows = client.query(
        "SELECT name, $1::date - date_of_birth AS days FROM children
         WHERE days > $2 ORDER BY days DESC, id",
        &[&on, &days],
    )?;
    Ok(rows.iter().map(|row| Age { name: row.get("name"), days: row.get("days") }).collect())
}

harness::graded!(to_remind, older_than, birth_years, user_by_email);
