//! caught by: of the last two who leave at once, one stays
//!
//! What was read stays as it was read: only the writing is tried again.

use sqlx::{PgPool, Postgres, Transaction};

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, withdraw};

async fn leave(mut tx: Transaction<'_, Postgres>, name: &str) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE duty SET on_duty = false WHERE name = $1")
        .bind(name)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

fn came_between(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).as_deref() == Some("40001")
}

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let mut tx = pool.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await?;
    let seen: Option<(bool, i64)> = sqlx::query_as(
        "SELECT on_duty, (SELECT count(*) FROM duty WHERE on_duty) FROM duty WHERE name = $1",
    )
    .bind(name)
    .fetch_optional(&mut *tx)
    .await?;
    match seen {
        None => return Err(DutyError::NoSuchAssistant),
        Some((false, _)) => return Ok(()),
        Some((true, 1)) => return Err(DutyError::LastOnDuty),
        Some((true, _)) => {}
    }

    loop {
        match leave(tx, name).await {
            Err(error) if came_between(&error) => {
                tx = pool.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await?;
            }
            left => return Ok(left?),
        }
    }
}

harness::graded!(withdraw, go_off_duty);
