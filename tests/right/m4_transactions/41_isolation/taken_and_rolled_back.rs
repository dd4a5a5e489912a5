//! Takes first and looks then, and a rollback takes it back; SERIALIZABLE by hand, with a pause before
//! the next attempt.

use std::time::Duration;

use postgres::Client;
use sqlx::{PgConnection, PgPool};

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{DutyError, WithdrawError};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let mut transaction = client.transaction()?;
    let row = transaction.query_opt(
        "UPDATE families SET minutes = minutes - $2 WHERE name = $1 RETURNING minutes",
        &[&name, &minutes],
    )?;
    let left: i32 = row.ok_or(WithdrawError::NoSuchFamily)?.get(0);
    if left < 0 {
        transaction.rollback()?;
        return Err(WithdrawError::NotEnough);
    }
    transaction.commit()?;
    Ok(left)
}

async fn leave(connection: &mut PgConnection, name: &str) -> Result<(), DutyError> {
    let level = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE";
    sqlx::query(level).execute(&mut *connection).await?;
    let left = sqlx::query("UPDATE duty SET on_duty = false WHERE name = $1 AND on_duty")
        .bind(name)
        .execute(&mut *connection)
        .await?;
    if left.rows_affected() == 0 {
        let known = sqlx::query("SELECT FROM duty WHERE name = $1").bind(name);
        let known = known.fetch_optional(&mut *connection).await?;
        return known.map(drop).ok_or(DutyError::NoSuchAssistant);
    }
    let somebody: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM duty WHERE on_duty)")
        .fetch_one(connection)
        .await?;
    if somebody { Ok(()) } else { Err(DutyError::LastOnDuty) }
}

pub async fn go_off_duty(pool: &PgPool, name: &str) -> Result<(), DutyError> {
    let mut connection = pool.acquire().await?;
    let mut pause = Duration::from_millis(1);
    loop {
        sqlx::query("BEGIN").execute(&mut *connection).await?;
        let mut outcome = leave(&mut connection, name).await;
        let end = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
        if let Err(error) = sqlx::query(end).execute(&mut *connection).await {
            outcome = Err(error.into());
        }
        match outcome {
            Err(DutyError::Database(sqlx::Error::Database(error)))
                if error.code().is_some_and(|code| code == "40001") => {}
            outcome => return outcome,
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
}

harness::graded!(withdraw, go_off_duty);
