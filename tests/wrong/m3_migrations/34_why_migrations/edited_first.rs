//! caught by: a database at version 1 keeps its families and comes to version 3
//!
//! The column is written into the first migration, which has run already.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{PgPool, SqlSafeStr};

#[path = "../../../../solutions/m3_migrations/34_why_migrations.rs"]
mod solution;

fn migrations() -> Vec<Migration> {
    let mut list = solution::migrations();
    let edited = "
        CREATE TABLE users (
            id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            email       text        NOT NULL UNIQUE,
            full_name   text        NOT NULL,
            is_verified boolean     NOT NULL DEFAULT false,
            created_at  timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE children (
            id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            parent_id     integer NOT NULL REFERENCES users ON DELETE CASCADE,
            name          text    NOT NULL,
            date_of_birth date    NOT NULL
        );";
    let index = "CREATE INDEX children_parent_id_idx ON children (parent_id);";
    let simple = MigrationType::Simple;
    list[0] = Migration::new(1, "create family".into(), simple, edited.into_sql_str(), false);
    list[2] = Migration::new(3, "index".into(), simple, index.into_sql_str(), false);
    list
}

pub async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    Migrator::with_migrations(migrations()).run(pool).await
}

harness::graded!(migrate);
