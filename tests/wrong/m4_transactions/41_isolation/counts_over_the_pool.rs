//! caught by: of the last two who leave at once, one stays
//!
//! The pool is used inside the transaction, so what is counted is not read in it.

use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, withdraw};

async fn attempt(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let mut tx = pool.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await?;
    let own: Option<bool> = sqlx::query_scalar("SELECT on_duty FROM duty WHERE name = $1")
        .bind(name)
        .fetch_optional(pool)
        .await?;
    if !own.ok_or(DutyError::NoSuchAssistant)? {
        return Ok(());
    }

    let on_duty: i64 =
        sqlx::query_scalar("SELECT count(*) FROM duty WHERE on_duty").fetch_one(pool).await?;
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

fn came_between(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).as_deref() == Some("40001")
}

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    loop {
        match attempt(pool, name).await {
            Err(DutyError::Database(error)) if came_between(&error) => {}
            outcome => return outcome,
        }
    }
}

harness::graded!(withdraw, go_off_duty);
