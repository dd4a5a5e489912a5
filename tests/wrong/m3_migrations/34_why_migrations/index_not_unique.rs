//! caught by: what breaks a promise is refused
//!
//! An index on thread_id, but not a unique one.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{PgPool, SqlSafeStr};

#[path = "../../../../solutions/m3_migrations/34_why_migrations.rs"]
mod solution;

const SQL: &str = "
    CREATE TABLE conversations (
        id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        child_id  integer NOT NULL REFERENCES children ON DELETE CASCADE,
        thread_id text    NOT NULL,
        title     text
    );
    CREATE INDEX conversations_thread_id_idx ON conversations (thread_id);
    CREATE TABLE messages (
        id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        conversation_id integer NOT NULL REFERENCES conversations ON DELETE CASCADE,
        content         text    NOT NULL
    );";

fn migrations() -> Vec<Migration> {
    let mut list = solution::migrations();
    let old = &list[1];
    let new = Migration::new(
        old.version,
        old.description.clone(),
        MigrationType::Simple,
        SQL.into_sql_str(),
        false,
    );
    list[1] = new;
    list
}

pub async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    Migrator::with_migrations(migrations()).run(pool).await
}

harness::graded!(migrate);
