//! caught by: a database at version 1 keeps its families and comes to version 3
//!
//! The default comes a statement too late for the rows that are there: fine when the table is empty.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{PgPool, SqlSafeStr};

#[path = "../../../../solutions/m3_migrations/34_why_migrations.rs"]
mod solution;

const SQL: &str = "
    ALTER TABLE users ADD COLUMN is_verified boolean NOT NULL;
    ALTER TABLE users ALTER COLUMN is_verified SET DEFAULT false;";

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
