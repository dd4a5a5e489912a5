//! caught by: a guest who gets no session is told so after one second
//!
//! acquire_timeout is forgotten, and the default is thirty seconds.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool};

#[path = "../../../../solutions/m5_pooling/46_pool_options.rs"]
mod solution;
use solution::{Report, the_pool, use_zone, visit, zone_of};

pub async fn make_pool(url: &str) -> Result<PgPool, sqlx::Error> {
    let login: PgConnectOptions = url.parse()?;
    let login = login.application_name("lundo-web").options([("statement_timeout", "1500ms")]);
    PgPoolOptions::new()
        .min_connections(2)
        .max_connections(4)
        .after_release(|session, _| {
            Box::pin(async move {
                session.execute("RESET TIME ZONE").await?;
                Ok(true)
            })
        })
        .connect_with(login)
        .await
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
