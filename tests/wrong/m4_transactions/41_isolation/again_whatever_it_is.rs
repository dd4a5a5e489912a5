//! caught by: what else the database refuses comes back at once
//!
//! Every error is taken for one that goes by.

use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, withdraw};

async fn attempt(pool: &PgPool, name: &str) -> Result<(), DutyError> {
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

    sqlx::query("UPDATE duty SET on_duty = false WHERE name = $1")
        .bind(name)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    loop {
        match attempt(pool, name).await {
            Err(DutyError::Database(_)) => {}
            outcome => return outcome,
        }
    }
}

harness::graded!(withdraw, go_off_duty);
