//! caught by: use_zone sets the session's time zone, which travels beside the SQL
//!
//! SET with a bound value, which PostgreSQL refuses: 42601.

use sqlx::PgConnection;

#[path = "../../../../solutions/m5_pooling/46_pool_options.rs"]
mod solution;
use solution::{crowd, make_pool, the_pool, zone_of};

pub async fn use_zone(session: &mut PgConnection, zone: &str) -> Result<(), sqlx::Error> {
    sqlx::query("SET TIME ZONE $1").bind(zone).execute(session).await?;
    Ok(())
}

pub async fn guest_from(url: &str, zone: &str) -> Result<String, sqlx::Error> {
    let pool = the_pool(url, make_pool(url)).await?;
    let mut session = pool.acquire().await?;
    use_zone(&mut session, zone).await?;
    zone_of(&mut session).await
}

harness::graded!(crowd, guest_from);
