//! caught by: of the last two who leave at once, one stays
//!
//! Looks for one other who is not locked. Two who look at once find nobody, and both stay.

use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, withdraw};

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let mut tx = pool.begin().await?;
    let own: Option<bool> =
        sqlx::query_scalar("SELECT on_duty FROM duty WHERE name = $1 FOR UPDATE")
            .bind(name)
            .fetch_optional(&mut *tx)
            .await?;
    if !own.ok_or(DutyError::NoSuchAssistant)? {
        return Ok(());
    }

    let other: Option<String> = sqlx::query_scalar(
        "SELECT name FROM duty WHERE on_duty AND name <> $1 LIMIT 1 FOR UPDATE SKIP LOCKED",
    )
    .bind(name)
    .fetch_optional(&mut *tx)
    .await?;
    if other.is_none() {
        return Err(DutyError::LastOnDuty);
    }
    sqlx::query("UPDATE duty SET on_duty = false WHERE name = $1")
        .bind(name)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

harness::graded!(withdraw, go_off_duty);
