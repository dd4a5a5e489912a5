//! caught by: of the last two who leave at once, one stays
//!
//! Both lock all rows for reading, and then wait for each other: a deadlock, and the caller gets it.

use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, withdraw};

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let mut tx = pool.begin().await?;
    let on_duty: Vec<String> =
        sqlx::query_scalar("SELECT name FROM duty WHERE on_duty ORDER BY name FOR SHARE")
            .fetch_all(&mut *tx)
            .await?;
    if !on_duty.iter().any(|other| other == name) {
        let known = sqlx::query("SELECT FROM duty WHERE name = $1").bind(name);
        let known = known.fetch_optional(&mut *tx).await?;
        return known.map(drop).ok_or(DutyError::NoSuchAssistant);
    }
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
