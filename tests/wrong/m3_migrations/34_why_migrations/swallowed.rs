//! caught by: what goes wrong comes back to the caller
//!
//! The error is printed, and the program believes that all is well.

use sqlx::PgPool;
use sqlx::migrate::{MigrateError, Migrator};

#[path = "../../../../solutions/m3_migrations/34_why_migrations.rs"]
mod solution;

pub async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    if let Err(error) = Migrator::with_migrations(solution::migrations()).run(pool).await {
        eprintln!("migration failed: {error}");
    }
    Ok(())
}

harness::graded!(migrate);
