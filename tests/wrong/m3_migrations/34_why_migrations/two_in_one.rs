//! caught by: an empty database has had three migrations in the end, 1, 2 and 3
//!
//! Everything that is new in one migration.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{PgPool, SqlSafeStr};

#[path = "../../../../solutions/m3_migrations/34_why_migrations.rs"]
mod solution;

fn migrations() -> Vec<Migration> {
    let mut list = solution::migrations();
    let both = "
        ALTER TABLE users ADD COLUMN is_verified boolean NOT NULL DEFAULT false;
        CREATE TABLE conversations (
            id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            child_id  integer NOT NULL REFERENCES children ON DELETE CASCADE,
            thread_id text    NOT NULL UNIQUE,
            title     text
        );
        CREATE TABLE messages (
            id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            conversation_id integer NOT NULL REFERENCES conversations ON DELETE CASCADE,
            content         text    NOT NULL
        );";
    list.truncate(1);
    let simple = MigrationType::Simple;
    list.push(Migration::new(2, "the rest".into(), simple, both.into_sql_str(), false));
    list
}

pub async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    Migrator::with_migrations(migrations()).run(pool).await
}

harness::graded!(migrate);
