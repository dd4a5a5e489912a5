//! The other client, which is async; the number put together from the text of `version()`.

use sqlx::{Connection, PgConnection, Row};

#[path = "../../../../solutions/m1_raw_sql/01_persistence.rs"]
mod solution;
use solution::About;

pub async fn about(url: &str) -> Result<About, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let row =
        sqlx::query("SELECT version(), current_database()").fetch_one(&mut connection).await?;
    let text: &str = row.try_get(0)?;
    let number = text.split(' ').nth(1).unwrap_or_default();
    let mut parts = number.split('.').map(|part| part.parse().unwrap_or(0));
    let version = parts.next().unwrap_or(0) * 10_000 + parts.next().unwrap_or(0);
    Ok(About { version, database: row.try_get(1)? })
}

harness::graded!(about);
