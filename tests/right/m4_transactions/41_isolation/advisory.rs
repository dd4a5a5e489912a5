//! A lock on a number: one for each family, and one for the duty.

use postgres::Client;
use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, WithdrawError};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let mut transaction = client.transaction()?;
    transaction.execute("SELECT pg_advisory_xact_lock(hashtext($1))", &[&name])?;
    let row = transaction.query_opt("SELECT minutes FROM families WHERE name = $1", &[&name])?;
    let left: i32 = row.ok_or(WithdrawError::NoSuchFamily)?.get(0);
    if left < minutes {
        return Err(WithdrawError::NotEnough);
    }

    let left = left - minutes;
    transaction.execute("UPDATE families SET minutes = $2 WHERE name = $1", &[&name, &left])?;
    transaction.commit()?;
    Ok(left)
}

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let mut tx = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock(41)").execute(&mut *tx).await?;
    let seen: Option<(bool, i64)> = sqlx::query_as(
        "SELECT on_duty, (SELECT count(*) FROM duty WHERE on_duty) FROM duty WHERE name = $1",
    )
    .bind(name)
    .fetch_optional(&mut *tx)
    .await?;
    match seen {
        None => return Err(DutyError::NoSuchAssistant),
        Some((false, _)) => return Ok(()),
        Some((true, 1)) => return Err(DutyError::LastOnDuty),
        Some((true, _)) => {}
    }

    sqlx::query("UPDATE duty SET on_duty = false WHERE name = $1")
        .bind(name)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

harness::graded!(withdraw, go_off_duty);
