//! caught by: begun_between: both days as a whole, and nothing of the next
//!
//! The server takes $1 for a timestamptz, which a NaiveDate is not.

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
         WHERE created_at >= $1 AND created_at < $2::date + 1
         ORDER BY created_at, id",
        &[&first, &last],
    )?;
    Ok(rows.iter().map(|row| row.get("id")).collect())
}

harness::graded!(incomplete, users_by_ids, begun_between, search, page_of_titles);
