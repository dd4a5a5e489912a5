//! caught by: titles come oldest first, and None where there is no title
//!
//! A String in the place of an Option: a title that is NULL is a panic.

use sqlx::{Error, PgPool, Row};

#[path = "../../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;
use solution::{export, name_of, verify};

pub async fn titles(pool: &PgPool, user_id: i32) -> Result<Vec<String>, Error> {
    let sql = "SELECT title FROM conversations WHERE user_id = $1 ORDER BY created_at, id";
    let rows = sqlx::query(sql).bind(user_id).fetch_all(pool).await?;
    Ok(rows.iter().map(|row| row.get("title")).collect())
}

harness::graded!(verify, name_of, titles, export);
