//! Locks at READ COMMITTED: of the row that is changed, and of all rows that the rule reads.

use postgres::Client;
use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, WithdrawError};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let mut transaction = client.transaction()?;
    let sql = "SELECT minutes FROM families WHERE name = $1 FOR UPDATE";
    let row = transaction.query_opt(sql, &[&name])?;
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
    let on_duty: Vec<String> =
        sqlx::query_scalar("SELECT name FROM duty WHERE on_duty ORDER BY name FOR UPDATE")
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
