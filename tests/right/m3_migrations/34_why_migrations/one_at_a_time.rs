//! One version after the other, and another type of error.

use sqlx::PgPool;
use sqlx::migrate::Migrator;

#[path = "../../../../solutions/m3_migrations/34_why_migrations.rs"]
mod solution;

pub async fn migrate(pool: &PgPool) -> Result<(), Box<dyn std::error::Error>> {
    let migrator = Migrator::with_migrations(solution::migrations());
    let versions: Vec<i64> = migrator.iter().map(|migration| migration.version).collect();
    for version in versions {
        migrator.run_to(version, pool).await?;
    }
    Ok(())
}

harness::graded!(migrate);
