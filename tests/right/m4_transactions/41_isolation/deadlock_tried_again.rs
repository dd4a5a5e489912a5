//! All that is to be said in one statement; locks on the others alone, so that there are deadlocks, and
//! the victim tries again after a pause.

use std::time::Duration;

use postgres::Client;
use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, WithdrawError};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let row = client.query_one(
        "WITH taken AS (
             UPDATE families SET minutes = minutes - $2
             WHERE name = $1 AND minutes >= $2
             RETURNING minutes
         )
         SELECT (SELECT minutes FROM taken), EXISTS (SELECT FROM families WHERE name = $1)",
        &[&name, &minutes],
    )?;
    match (row.get(0), row.get(1)) {
        (Some(left), _) => Ok(left),
        (None, true) => Err(WithdrawError::NotEnough),
        (None, false) => Err(WithdrawError::NoSuchFamily),
    }
}

async fn attempt(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let mut tx = pool.begin().await?;
    let own: Option<bool> = sqlx::query_scalar("SELECT on_duty FROM duty WHERE name = $1")
        .bind(name)
        .fetch_optional(&mut *tx)
        .await?;
    if !own.ok_or(DutyError::NoSuchAssistant)? {
        return Ok(());
    }

    let others: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM duty WHERE on_duty AND name <> $1 ORDER BY name FOR UPDATE",
    )
    .bind(name)
    .fetch_all(&mut *tx)
    .await?;
    if others.is_empty() {
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
    error.as_database_error().and_then(|error| error.code()).as_deref() == Some("40P01")
}

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    match attempt(pool, name).await {
        Err(DutyError::Database(error)) if came_between(&error) => {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Box::pin(go_off_duty(pool, name)).await
        }
        outcome => outcome,
    }
}

harness::graded!(withdraw, go_off_duty);
