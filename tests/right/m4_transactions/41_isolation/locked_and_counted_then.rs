//! A CTE that reads the row with a lock; locks first, and a count of its own behind them.

use postgres::Client;
use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, WithdrawError};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let taken = client.query_opt(
        "WITH old AS (SELECT name, minutes FROM families WHERE name = $1 FOR UPDATE)
         UPDATE families f SET minutes = old.minutes - $2
         FROM old WHERE f.name = old.name AND old.minutes >= $2
         RETURNING f.minutes",
        &[&name, &minutes],
    )?;
    if let Some(row) = taken {
        return Ok(row.get(0));
    }
    let family = client.query_opt("SELECT FROM families WHERE name = $1", &[&name])?;
    Err(family.map_or(WithdrawError::NoSuchFamily, |_| WithdrawError::NotEnough))
}

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let mut tx = pool.begin().await?;
    sqlx::query("SELECT FROM duty WHERE on_duty ORDER BY name FOR UPDATE")
        .execute(&mut *tx)
        .await?;
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
