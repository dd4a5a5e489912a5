//! caught by: export writes one JSON object for each message, in order of id
//!
//! JSON by hand: right until somebody writes a quote.

use std::fs::File;
use std::io::{BufWriter, Write};

use futures_util::TryStreamExt;
use sqlx::{Error, PgPool, Row};

#[path = "../../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;
use solution::{name_of, titles, verify};

pub async fn export(pool: &PgPool, path: &str) -> Result<u64, Error> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut messages = sqlx::query("SELECT id, content FROM messages ORDER BY id").fetch(pool);
    let mut count = 0;
    while let Some(row) = messages.try_next().await? {
        let (id, content): (i32, &str) = (row.get("id"), row.get("content"));
        writeln!(file, "{{\"id\":{id},\"content\":\"{content}\"}}")?;
        count += 1;
    }
    Ok(count)
}

harness::graded!(verify, name_of, titles, export);
