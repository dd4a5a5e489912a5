//! caught by: of the last two who leave at once, one stays
//!
//! Only the row that is changed is locked, and nobody else wants that one.

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

    let on_duty: i64 =
        sqlx::query_scalar("SELECT count(*) FROM duty WHERE on_duty").fetch_one(&mut *tx).await?;
    if on_duty == 1 {
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
