//! tries: leave a transaction with a lock on the table, in a task
//! expect: failed|timed_out

#[path = "../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;

use sqlx::{Error, PgPool};

use solution::{export, name_of, titles};

pub async fn verify(pool: &PgPool, user_id: i32) -> Result<bool, Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query("LOCK TABLE users IN ACCESS EXCLUSIVE MODE").execute(&mut *transaction).await?;
    std::mem::forget(transaction);
    Ok(true)
}

harness::graded!(verify, name_of, titles, export);
