//! The server gives rows; filtering, sorting and cutting are done here.

use std::cmp::Reverse;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/10_filtering_sorting.rs"]
mod solution;
use solution::Found;

pub fn incomplete(client: &mut Client, parent_id: i32) -> Result<Vec<String>, Error> {
    let mut rows = client.query("SELECT * FROM children WHERE parent_id = $1", &[&parent_id])?;
    rows.sort_by_key(|row| row.get::<_, i32>("id"));
    rows.retain(|row| {
        let (notes, gender): (Option<&str>, Option<&str>) = (row.get("notes"), row.get("gender"));
        notes.is_none() || gender.is_none()
    });
    Ok(rows.iter().map(|row| row.get("name")).collect())
}

pub fn users_by_ids(client: &mut Client, ids: &[i32]) -> Result<Vec<(i32, String)>, Error> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut users = Vec::new();
    for id in ids {
        let sql = "SELECT full_name, is_verified FROM users WHERE id = $1";
        if let Some(row) = client.query_opt(sql, &[&id])? {
            users.push((Reverse(row.get::<_, bool>(1)), id, row.get(0)));
        }
    }
    users.sort();
    Ok(users.into_iter().map(|(_, id, name)| (id, name)).collect())
}

pub fn begun_between(
    client: &mut Client,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<i32>, Error> {
    let begins = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let end = last.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, begins);
    let rows = client.query(
        "SELECT id FROM conversations WHERE created_at >= $1 AND created_at < $2
         ORDER BY created_at, id",
        &[&begins(first), &end],
    )?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

pub fn search(client: &mut Client, text: &str, limit: usize) -> Result<Vec<Found>, Error> {
    let sql = "SELECT id, content FROM messages ORDER BY created_at DESC, id";
    let rows = client.query(sql, &[])?;
    let found = rows.iter().map(|row| Found { id: row.get(0), content: row.get(1) });
    let fits = |found: &Found| found.content.to_lowercase().contains(&text.to_lowercase());
    Ok(found.filter(fits).take(limit).collect())
}

pub fn page_of_titles(
    client: &mut Client,
    page: usize,
    size: usize,
) -> Result<Vec<(Option<String>, i32)>, Error> {
    let rows = client.query("SELECT title, id FROM conversations", &[])?;
    let mut all: Vec<(Option<String>, i32)> =
        rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    // None is less than any title, so it is last from Z to A.
    all.sort_by_key(|(title, id)| (Reverse(title.clone()), *id));
    Ok(all.into_iter().skip(page * size).take(size).collect())
}

harness::graded!(incomplete, users_by_ids, begun_between, search, page_of_titles);
