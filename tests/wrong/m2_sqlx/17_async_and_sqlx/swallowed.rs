//! caught by: an error of the server is an error, not None
//!
//! `ok()` makes None of any error: a server that is down has no users.

use sqlx::{Error, PgPool, Row};

#[path = "../../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;
use solution::{export, titles, verify};

pub async fn name_of(pool: &PgPool, email: &str) -> Result<Option<String>, Error> {
    let row = sqlx::query("SELECT full_name FROM users WHERE email = $1")
        .bind(email)
        .fetch_one(pool)
        .await
        .ok();
    Ok(row.map(|row| row.get("full_name")))
}

harness::graded!(verify, name_of, titles, export);
