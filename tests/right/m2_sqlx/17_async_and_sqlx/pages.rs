//! A page of 500 after the other; RETURNING and CASE; one connection; the order made in Rust.

use std::io::Write;

use serde_json::json;
use sqlx::{Error, PgPool, Row};

pub async fn verify(pool: &PgPool, id: i32) -> Result<bool, Error> {
    let mut connection = pool.acquire().await?;
    let row =
        sqlx::query("update users set is_verified = (id is not null) where id = $1 returning 1")
            .bind(id)
            .fetch_optional(&mut *connection)
            .await?;
    Ok(row.is_some())
}

pub async fn name_of(pool: &PgPool, email: String) -> Result<Option<String>, Error> {
    match sqlx::query("SELECT full_name FROM users WHERE email = $1")
        .bind(email)
        .fetch_one(pool)
        .await
    {
        Ok(row) => row.try_get(0),
        Err(Error::RowNotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

pub async fn titles(pool: &PgPool, user: i32) -> Result<Vec<Option<String>>, Error> {
    type Found = (chrono::DateTime<chrono::Utc>, i32, Option<String>);
    let mut rows: Vec<Found> =
        sqlx::query_as("SELECT created_at, id, title FROM conversations WHERE user_id = $1")
            .bind(user)
            .fetch_all(pool)
            .await?;
    rows.sort();
    Ok(rows.into_iter().map(|(_, _, title)| title).collect())
}

pub async fn export(pool: &PgPool, path: &str) -> Result<u64, Error> {
    let mut file = std::fs::File::create(path)?;
    let (mut last, mut count) = (i32::MIN, 0);
    loop {
        let sql = "SELECT id, content FROM messages WHERE id > $1 ORDER BY id LIMIT 500";
        let page: Vec<(i32, String)> = sqlx::query_as(sql).bind(last).fetch_all(pool).await?;
        let Some((end, _)) = page.last() else { return Ok(count) };
        last = *end;
        count += page.len() as u64;
        let lines = page.iter().map(|(id, content)| json!({"id": id, "content": content}));
        let lines: Vec<String> = lines.map(|line| format!("{line}\n")).collect();
        file.write_all(lines.concat().as_bytes())?;
    }
}

harness::graded!(verify, name_of, titles, export);
