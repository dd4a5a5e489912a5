//! Everything by the functions of the pool; a session that is not as it was is closed.

use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor, PgConnection, PgPool};

#[path = "../../../../solutions/m5_pooling/46_pool_options.rs"]
mod solution;
use solution::{Report, the_pool, visit, zone_of};

pub async fn make_pool(url: &str) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new()
        .acquire_timeout(Duration::from_millis(1000))
        .max_connections(4)
        .min_connections(2)
        .idle_timeout(None)
        .max_lifetime(Duration::from_secs(3600))
        .after_connect(|session, _| {
            Box::pin(async move {
                session
                    .execute("SET application_name = 'lundo-web'; SET statement_timeout = 1500")
                    .await?;
                Ok(())
            })
        })
        .after_release(|session, _| {
            Box::pin(async move {
                let sql = "SELECT current_setting('TimeZone') = 'UTC'";
                sqlx::query_scalar(sql).fetch_one(session).await
            })
        })
        .connect(url)
        .await
}

pub async fn use_zone(session: &mut PgConnection, zone: &str) -> Result<(), sqlx::Error> {
    let set = "UPDATE pg_settings SET setting = $1 WHERE name = 'TimeZone'";
    sqlx::query(set).bind(zone).execute(session).await.map(drop)
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
