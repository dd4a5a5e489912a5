//! caught by: is_verified is a required boolean, and false unless told otherwise
//!
//! A default says what is stored when nothing is said; NULL can still be said.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{PgPool, SqlSafeStr};

#[path = "../../../../solutions/m3_migrations/34_why_migrations.rs"]
mod solution;

const SQL: &str = "
    ALTER TABLE users ADD COLUMN is_verified boolean DEFAULT false;";

fn migrations() -> Vec<Migration> {
    let mut list = solution::migrations();
    let old = &list[2];
    let new = Migration::new(
        old.version,
        old.description.clone(),
        MigrationType::Simple,
        SQL.into_sql_str(),
        false,
    );
    list[2] = new;
    list
}

pub async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    Migrator::with_migrations(migrations()).run(pool).await
}

harness::graded!(migrate);
