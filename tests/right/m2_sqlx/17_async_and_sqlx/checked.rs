//! Queries that the compiler checks, in each of the macros for them.

use std::fs::File;
use std::io::{BufWriter, Write};

use futures_util::TryStreamExt;
use serde_json::json;
use sqlx::{Error, PgPool};

pub async fn verify(pool: &PgPool, id: i32) -> Result<bool, Error> {
    let done =
        sqlx::query!("UPDATE users SET is_verified = true WHERE id = $1", id).execute(pool).await?;
    Ok(done.rows_affected() > 0)
}

pub async fn name_of(pool: &PgPool, email: &str) -> Result<Option<String>, Error> {
    sqlx::query_scalar!("SELECT full_name FROM users WHERE email = $1", email)
        .fetch_optional(pool)
        .await
}

pub async fn titles(pool: &PgPool, user_id: i32) -> Result<Vec<Option<String>>, Error> {
    let rows = sqlx::query!(
        "SELECT title FROM conversations WHERE user_id = $1 ORDER BY created_at, id",
        user_id
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| row.title).collect())
}

struct Line {
    id: i32,
    content: String,
}

pub async fn export(pool: &PgPool, path: &str) -> Result<u64, Error> {
    let mut file = BufWriter::new(File::create(path)?);
    let query = sqlx::query_as!(Line, "SELECT id, content FROM messages ORDER BY id");
    let mut lines = query.fetch(pool);
    let mut count = 0;
    while let Some(Line { id, content }) = lines.try_next().await? {
        writeln!(file, "{}", json!({"id": id, "content": content}))?;
        count += 1;
    }
    file.flush()?;
    Ok(count)
}

harness::graded!(verify, name_of, titles, export);
