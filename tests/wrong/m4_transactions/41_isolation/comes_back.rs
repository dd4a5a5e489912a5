//! caught by: whoever looks never waits, and always finds somebody on duty
//!
//! Leaves, looks whether anybody is there, and comes back. Other calls wait meanwhile, and everybody sees
//! that nobody is there.

use sqlx::{PgConnection, PgPool};

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, withdraw};

async fn leave(connection: &mut PgConnection, name: &str) -> Result<(), DutyError> {
    let left = sqlx::query("UPDATE duty SET on_duty = false WHERE name = $1 AND on_duty")
        .bind(name)
        .execute(&mut *connection)
        .await?;
    if left.rows_affected() == 0 {
        let known = sqlx::query("SELECT FROM duty WHERE name = $1").bind(name);
        let known = known.fetch_optional(connection).await?;
        return known.map(drop).ok_or(DutyError::NoSuchAssistant);
    }
    let on_duty: i64 = sqlx::query_scalar("SELECT count(*) FROM duty WHERE on_duty")
        .fetch_one(&mut *connection)
        .await?;
    if on_duty == 0 {
        let back = sqlx::query("UPDATE duty SET on_duty = true WHERE name = $1").bind(name);
        back.execute(connection).await?;
        return Err(DutyError::LastOnDuty);
    }
    Ok(())
}

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let mut connection = pool.acquire().await?;
    sqlx::query("SELECT pg_advisory_lock(41)").execute(&mut *connection).await?;
    let outcome = leave(&mut connection, name).await;
    sqlx::query("SELECT pg_advisory_unlock(41)").execute(&mut *connection).await?;
    outcome
}

harness::graded!(withdraw, go_off_duty);
