//! caught by: statement_timeout is 1.5 seconds in every session
//!
//! SET by a query on the pool: one session has it.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool};

#[path = "../../../../solutions/m5_pooling/46_pool_options.rs"]
mod solution;
use solution::{Report, the_pool, use_zone, visit, zone_of};

pub async fn make_pool(url: &str) -> Result<PgPool, sqlx::Error> {
    let login: PgConnectOptions = url.parse()?;
    let login = login.application_name("lundo-web");
    let pool = PgPoolOptions::new()
        .min_connections(2)
        .max_connections(4)
        .acquire_timeout(Duration::from_secs(1))
        .after_release(|session, _| {
            Box::pin(async move {
                session.execute("RESET TIME ZONE").await?;
                Ok(true)
            })
        })
        .connect_with(login)
        .await?;
    sqlx::query("SET statement_timeout = '1500ms'").execute(&pool).await?;
    Ok(pool)
}

pub async fn crowd(url: &str, guests: usize) -> Result<Report, sqlx::Error> {
    visit(&the_pool(url, make_pool(url)).await?, guests).await
}

pub async fn guest_from(url: &str, zone: &str) -> Result<String, sqlx::Error> {
    let pool = the_pool(url, make_pool(url)).await?;
    let mut session = pool.acquire().await?;
    use_zone(&mut session, zone).await?;
    zone_of(&mut session).await
}

harness::graded!(crowd, guest_from);
