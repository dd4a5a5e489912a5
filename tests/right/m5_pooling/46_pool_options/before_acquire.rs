//! No test but one's own, and the session is put right on its way out.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, Executor, PgConnection, PgPool};

#[path = "../../../../solutions/m5_pooling/46_pool_options.rs"]
mod solution;
use solution::{Report, the_pool, visit, zone_of};

pub async fn make_pool(url: &str) -> Result<PgPool, sqlx::Error> {
    let login: PgConnectOptions = url.parse()?;
    let login = login.application_name("lundo-web").options([("statement_timeout", "1.5s")]);
    PgPoolOptions::new()
        .test_before_acquire(false)
        .max_connections(4)
        .min_connections(2)
        .acquire_timeout(Duration::from_secs(1))
        .before_acquire(|session, _| {
            Box::pin(async move {
                session.ping().await?;
                session.execute("RESET ALL").await?;
                Ok(true)
            })
        })
        .connect_with(login)
        .await
}

pub async fn use_zone(session: &mut PgConnection, zone: &str) -> Result<(), sqlx::Error> {
    let _: String = sqlx::query_scalar("SELECT set_config($1, $2, false)")
        .bind("timezone")
        .bind(zone)
        .fetch_one(session)
        .await?;
    Ok(())
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
