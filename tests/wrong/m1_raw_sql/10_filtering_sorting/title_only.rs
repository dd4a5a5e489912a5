//! caught by: page_of_titles: from Z to A, none at the end, one page of it
//!
//! Nothing decides between conversations of the same title.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/10_filtering_sorting.rs"]
mod solution;
use solution::{begun_between, incomplete, search, users_by_ids};

pub fn page_of_titles(
    client: &mut Client,
    page: i32,
    size: i32,
) -> Result<Vec<(Option<String>, i32)>, Error> {
    let (page, size) = (i64::from(page), i64::from(size));
    let rows = client.query(
        "SELECT title, id FROM conversations ORDER BY title DESC NULLS LAST LIMIT $1 OFFSET $2",
        &[&size, &(page * size)],
    )?;
    Ok(rows.iter().map(|row| (row.get("title"), row.get("id"))).collect())
}

harness::graded!(incomplete, users_by_ids, begun_between, search, page_of_titles);
