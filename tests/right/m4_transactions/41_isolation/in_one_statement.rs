//! One statement each, and a second one to say why not: what the count reads is locked by it.

use postgres::Client;
use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, WithdrawError};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let taken = client.query_opt(
        "WITH family AS (SELECT name FROM families WHERE name = $1 FOR NO KEY UPDATE)
         UPDATE families SET minutes = minutes - $2
         WHERE name = (SELECT name FROM family) AND minutes - $2 >= 0
         RETURNING minutes",
        &[&name, &minutes],
    )?;
    if let Some(row) = taken {
        return Ok(row.get(0));
    }
    let family = client.query_opt("SELECT FROM families WHERE name = $1", &[&name])?;
    Err(family.map_or(WithdrawError::NoSuchFamily, |_| WithdrawError::NotEnough))
}

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let left = sqlx::query(
        "UPDATE duty SET on_duty = false
         WHERE name = $1 AND on_duty
           AND (SELECT count(*) FROM (SELECT FROM duty WHERE on_duty ORDER BY name FOR UPDATE) l) > 1",
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
