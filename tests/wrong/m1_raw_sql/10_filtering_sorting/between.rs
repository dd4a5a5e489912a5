//! caught by: begun_between: both days as a whole, and nothing of the next
//!
//! BETWEEN ends where the last day begins, and loses that day.

use chrono::NaiveDate;
use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/10_filtering_sorting.rs"]
mod solution;
use solution::{incomplete, page_of_titles, search, users_by_ids};

pub fn begun_between(
    client: &mut Client,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<i32>, Error> {
    let rows = client.query(
        "SELECT id FROM conversations
         WHERE created_at BETWEEN $1::date AND $2::date
         ORDER BY created_at, id",
        &[&first, &last],
    )?;
    Ok(rows.iter().map(|row| row.get("id")).collect())
}

harness::graded!(incomplete, users_by_ids, begun_between, search, page_of_titles);
