//! caught by: export writes messages as they come, and holds no more than 1,000
//!
//! fetch_all: the loop looks the same, and holds the whole table.

use std::fs::File;
use std::io::{BufWriter, Write};

use serde_json::json;
use sqlx::{Error, PgPool, Row};

#[path = "../../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;
use solution::{name_of, titles, verify};

pub async fn export(pool: &PgPool, path: &str) -> Result<u64, Error> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut count = 0;
    for row in sqlx::query("SELECT id, content FROM messages ORDER BY id").fetch_all(pool).await? {
        let (id, content): (i32, &str) = (row.get("id"), row.get("content"));
        writeln!(file, "{}", json!({"id": id, "content": content}))?;
        count += 1;
    }
    Ok(count)
}

harness::graded!(verify, name_of, titles, export);
