//! tries: end with success in a task while the grader waits
//! expect: crashed

#[path = "../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;

use sqlx::{Error, PgPool};

use solution::{export, name_of, titles};

pub async fn verify(pool: &PgPool, user_id: i32) -> Result<bool, Error> {
    tokio::spawn(async { std::process::exit(0) });
    std::future::pending::<()>().await;
    Ok(true)
}

harness::graded!(verify, name_of, titles, export);
