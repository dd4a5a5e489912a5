//! caught by: no transaction and no lock is left behind
//!
//! The lock is the session's, and one way out does not give it back.

use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, withdraw};

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let mut connection = pool.acquire().await?;
    sqlx::query("SELECT pg_advisory_lock(41)").execute(&mut *connection).await?;
    let seen: Option<(bool, i64)> = sqlx::query_as(
        "SELECT on_duty, (SELECT count(*) FROM duty WHERE on_duty) FROM duty WHERE name = $1",
    )
    .bind(name)
    .fetch_optional(&mut *connection)
    .await?;
    let outcome = match seen {
        None => return Err(DutyError::NoSuchAssistant),
        Some((false, _)) => Ok(()),
        Some((true, 1)) => Err(DutyError::LastOnDuty),
        Some((true, _)) => {
            let leave = sqlx::query("UPDATE duty SET on_duty = false WHERE name = $1").bind(name);
            leave.execute(&mut *connection).await.map(drop).map_err(DutyError::Database)
        }
    };
    sqlx::query("SELECT pg_advisory_unlock(41)").execute(&mut *connection).await?;
    outcome
}

harness::graded!(withdraw, go_off_duty);
