//! caught by: name_of finds the name, and None if nobody has the email
//!
//! fetch_one makes an error of nobody.

use sqlx::{Error, PgPool, Row};

#[path = "../../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;
use solution::{export, titles, verify};

pub async fn name_of(pool: &PgPool, email: &str) -> Result<Option<String>, Error> {
    let row = sqlx::query("SELECT full_name FROM users WHERE email = $1")
        .bind(email)
        .fetch_one(pool)
        .await?;
    Ok(Some(row.get("full_name")))
}

harness::graded!(verify, name_of, titles, export);
