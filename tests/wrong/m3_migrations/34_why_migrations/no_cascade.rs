//! caught by: with a child go its conversations, and with them their messages
//!
//! The references are there, without ON DELETE CASCADE: a child can no longer be deleted.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{PgPool, SqlSafeStr};

#[path = "../../../../solutions/m3_migrations/34_why_migrations.rs"]
mod solution;

const SQL: &str = "
    CREATE TABLE conversations (
        id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        child_id  integer NOT NULL REFERENCES children,
        thread_id text    NOT NULL UNIQUE,
        title     text
    );
    CREATE TABLE messages (
        id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        conversation_id integer NOT NULL REFERENCES conversations,
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
