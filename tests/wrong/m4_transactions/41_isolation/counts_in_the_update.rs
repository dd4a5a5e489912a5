//! caught by: of the last two who leave at once, one stays
//!
//! One statement that counts. Both count what is committed, and each changes a row of its own.

use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, withdraw};

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let left = sqlx::query(
        "UPDATE duty SET on_duty = false
         WHERE name = $1 AND (SELECT count(*) FROM duty WHERE on_duty) > 1",
    )
    .bind(name)
    .execute(pool)
    .await?;
    if left.rows_affected() == 1 {
        return Ok(());
    }
    let on_duty: Option<bool> = sqlx::query_scalar("SELECT on_duty FROM duty WHERE name = $1")
        .bind(name)
        .fetch_optional(pool)
        .await?;
    match on_duty {
        None => Err(DutyError::NoSuchAssistant),
        Some(false) => Ok(()),
        Some(true) => Err(DutyError::LastOnDuty),
    }
}

harness::graded!(withdraw, go_off_duty);
