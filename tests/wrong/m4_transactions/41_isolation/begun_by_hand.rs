//! caught by: no transaction and no lock is left behind
//!
//! BEGIN by hand, and one way out without an end: the connection goes back with its transaction open.

use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, withdraw};

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let mut connection = pool.acquire().await?;
    sqlx::query("BEGIN").execute(&mut *connection).await?;
    let on_duty: Vec<String> =
        sqlx::query_scalar("SELECT name FROM duty WHERE on_duty ORDER BY name FOR UPDATE")
            .fetch_all(&mut *connection)
            .await?;
    if !on_duty.iter().any(|other| other == name) {
        let known = sqlx::query("SELECT FROM duty WHERE name = $1").bind(name);
        let known = known.fetch_optional(&mut *connection).await?;
        sqlx::query("ROLLBACK").execute(&mut *connection).await?;
        return known.map(drop).ok_or(DutyError::NoSuchAssistant);
    }
    if on_duty.len() == 1 {
        return Err(DutyError::LastOnDuty);
    }
    sqlx::query("UPDATE duty SET on_duty = false WHERE name = $1")
        .bind(name)
        .execute(&mut *connection)
        .await?;
    sqlx::query("COMMIT").execute(&mut *connection).await?;
    Ok(())
}

harness::graded!(withdraw, go_off_duty);
