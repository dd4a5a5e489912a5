//! caught by: export writes messages as they come, and holds no more than 1,000
//!
//! A stream that is collected into one text, and the text into the file: held all the same.

use futures_util::TryStreamExt;
use serde_json::json;
use sqlx::{Error, PgPool, Row};

#[path = "../../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;
use solution::{name_of, titles, verify};

pub async fn export(pool: &PgPool, path: &str) -> Result<u64, Error> {
    let lines: Vec<String> = sqlx::query("SELECT id, content FROM messages ORDER BY id")
        .fetch(pool)
        .map_ok(|row| {
            let (id, content): (i32, &str) = (row.get("id"), row.get("content"));
            json!({"id": id, "content": content}).to_string() + "\n"
        })
        .try_collect()
        .await?;
    std::fs::write(path, lines.concat())?;
    Ok(lines.len() as u64)
}

harness::graded!(verify, name_of, titles, export);
