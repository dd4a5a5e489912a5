//! caught by: of the last two who leave at once, one stays
//!
//! One statement that locks another one's row and then changes the own: two of them deadlock.

use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, withdraw};

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let left = sqlx::query(
        "UPDATE duty SET on_duty = false
         WHERE name = $1
           AND EXISTS (SELECT FROM duty o WHERE o.on_duty AND o.name <> $1 FOR UPDATE)",
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
