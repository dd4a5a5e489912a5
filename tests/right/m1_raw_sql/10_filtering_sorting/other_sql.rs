//! No patterns, no casts of parameters: strpos, a day made of each moment, unnest, FETCH FIRST.

use chrono::NaiveDate;
use postgres::{Client, Error};

pub fn incomplete(client: &mut Client, parent_id: i32) -> Result<Vec<String>, Error> {
    let rows = client.query(
        "SELECT name FROM children
         WHERE NOT (notes IS NOT NULL AND gender IS NOT NULL) AND parent_id IN ($1)
         ORDER BY children.id ASC",
        &[&parent_id],
    )?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

pub fn users_by_ids(client: &mut Client, ids: Vec<i32>) -> Result<Vec<(i32, String)>, Error> {
    let rows = client.query(
        "SELECT id, full_name FROM users
         WHERE id IN (SELECT unnest($1::int[]))
         ORDER BY CASE WHEN is_verified THEN 0 ELSE 1 END, id",
        &[&ids],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

pub fn begun_between(
    client: &mut Client,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<i32>, Error> {
    let rows = client.query(
        "SELECT id FROM conversations WHERE created_at::date BETWEEN $1 AND $2
         ORDER BY created_at, id",
        &[&first, &last],
    )?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

pub fn search(client: &mut Client, text: String, limit: i64) -> Result<Vec<(i32, String)>, Error> {
    let rows = client.query(
        "SELECT id, content FROM messages WHERE strpos(lower(content), lower($1)) > 0
         ORDER BY created_at DESC, id FETCH FIRST ($2) ROWS ONLY",
        &[&text, &limit],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

pub fn page_of_titles(
    client: &mut Client,
    page: i64,
    size: i64,
) -> Result<Vec<(Option<String>, i32)>, Error> {
    let rows = client.query(
        "SELECT title, id FROM conversations ORDER BY title IS NULL, title DESC, id
         LIMIT $2 OFFSET $1::bigint * $2::bigint",
        &[&page, &size],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

harness::graded!(incomplete, users_by_ids, begun_between, search, page_of_titles);
