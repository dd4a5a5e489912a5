//! caught by: birth_years: each year once, the earliest first
//!
//! Twins give their year twice.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/08_select.rs"]
mod solution;
use solution::{older_than, to_remind, user_by_email};

pub fn birth_years(client: &mut Client, parent_id: i32) -> Result<Vec<i32>, Error> {
    let rows = client.query(
        "SELECT extract(year FROM date_of_birth)::integer AS year FROM children
         WHERE parent_id = $1 ORDER BY year",
        &[&parent_id],
    )?;
    Ok(rows.iter().map(|row| row.get("year")).collect())
}

harness::graded!(to_remind, older_than, birth_years, user_by_email);
