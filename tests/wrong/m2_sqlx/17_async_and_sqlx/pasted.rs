//! caught by: values travel beside the SQL, not inside it
//!
//! The email is pasted into the SQL, and AssertSqlSafe vouches for what nobody checked.

use sqlx::{AssertSqlSafe, Error, PgPool, Row};

#[path = "../../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;
use solution::{export, titles, verify};

pub async fn name_of(pool: &PgPool, email: &str) -> Result<Option<String>, Error> {
    let email = email.replace('\'', "''");
    let sql = format!("SELECT full_name FROM users WHERE email = '{email}'");
    let row = sqlx::query(AssertSqlSafe(sql)).fetch_optional(pool).await?;
    Ok(row.map(|row| row.get("full_name")))
}

harness::graded!(verify, name_of, titles, export);
