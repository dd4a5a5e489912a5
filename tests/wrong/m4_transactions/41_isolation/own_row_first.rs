//! caught by: who leaves twice at once is off duty, and that is Ok
//!
//! Whether she is on duty is asked before the lock, so it may be otherwise behind it.

use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, withdraw};

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let mut tx = pool.begin().await?;
    let own: Option<bool> = sqlx::query_scalar("SELECT on_duty FROM duty WHERE name = $1")
        .bind(name)
        .fetch_optional(&mut *tx)
        .await?;
    if !own.ok_or(DutyError::NoSuchAssistant)? {
        return Ok(());
    }

    let on_duty: Vec<String> =
        sqlx::query_scalar("SELECT name FROM duty WHERE on_duty ORDER BY name FOR UPDATE")
            .fetch_all(&mut *tx)
            .await?;
    if on_duty.len() == 1 {
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
