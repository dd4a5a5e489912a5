//! caught by: users_by_ids: those of the list, the verified ones first
//!
//! Among those who are verified, and among the others, nothing decides.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/10_filtering_sorting.rs"]
mod solution;
use solution::{begun_between, incomplete, page_of_titles, search};

pub fn users_by_ids(client: &mut Client, ids: &[i32]) -> Result<Vec<(i32, String)>, Error> {
    let rows = client.query(
        "SELECT id, full_name FROM users WHERE id = ANY($1) ORDER BY is_verified DESC",
        &[&ids],
    )?;
    Ok(rows.iter().map(|row| (row.get("id"), row.get("full_name"))).collect())
}

harness::graded!(incomplete, users_by_ids, begun_between, search, page_of_titles);
