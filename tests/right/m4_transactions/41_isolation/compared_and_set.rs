//! Writes if nobody has written since it read, and else reads again, without any transaction; a lock
//! on the table that readers do not mind.

use postgres::Client;
use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, WithdrawError};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    loop {
        let row = client.query_opt("SELECT minutes FROM families WHERE name = $1", &[&name])?;
        let before: i32 = row.ok_or(WithdrawError::NoSuchFamily)?.get(0);
        if before < minutes {
            return Err(WithdrawError::NotEnough);
        }
        let left = before - minutes;
        let sql = "UPDATE families SET minutes = $3 WHERE name = $1 AND minutes = $2";
        if client.execute(sql, &[&name, &before, &left])? == 1 {
            return Ok(left);
        }
    }
}

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let mut tx = pool.begin().await?;
    sqlx::query("LOCK TABLE duty IN SHARE ROW EXCLUSIVE MODE").execute(&mut *tx).await?;
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
