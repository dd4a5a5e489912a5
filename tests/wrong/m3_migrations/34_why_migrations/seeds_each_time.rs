//! caught by: a second run changes nothing
//!
//! The first user is stored beside the migrations instead of in one, so at every start.

use sqlx::PgPool;
use sqlx::migrate::MigrateError;

#[path = "../../../../solutions/m3_migrations/34_why_migrations.rs"]
mod solution;

pub async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    solution::migrate(pool).await?;
    sqlx::query("INSERT INTO users (email, full_name) VALUES ('admin@example.com', 'Admin')")
        .execute(pool)
        .await?;
    Ok(())
}

harness::graded!(migrate);
