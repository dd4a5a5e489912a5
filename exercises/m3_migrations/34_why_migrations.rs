//! # Exercise 34: three migrations that build Lundo
//!
//! Lundo went into production last week with one migration, `CREATE_FAMILY` below, and families
//! have signed up since. Two more things are wanted now, each as a migration of its own.
//!
//! Migration 2 creates two tables. What is not called optional is required.
//!
//! | table | column | |
//! |---|---|---|
//! | `conversations` | `id` | integer, the primary key, numbered by the server |
//! | | `child_id` | integer: the child it is about |
//! | | `thread_id` | text, never twice the same |
//! | | `title` | text, optional |
//! | `messages` | `id` | integer, the primary key, numbered by the server |
//! | | `conversation_id` | integer: the conversation it belongs to |
//! | | `content` | text |
//!
//! When a child is deleted, its conversations go with it, and their messages with them.
//!
//! Migration 3 adds the column `is_verified` to `users`: boolean, required, false unless told
//! otherwise. Those who have signed up already are not verified.
//!
//! `migrations` lists all three. `migrate` brings a database to the newest version, whether it is
//! empty, stands at version 1 with families in it, or is up to date. What goes wrong comes back to
//! the caller as it is.
//!
//! Check your answer with `cargo run -- check 34`.

use indoc::indoc;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{PgPool, SqlSafeStr};

/// Migration 1, as it ran in production.
const CREATE_FAMILY: &str = indoc! {"
    CREATE TABLE users (
        id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        email      text        NOT NULL UNIQUE,
        full_name  text        NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE children (
        id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        parent_id     integer NOT NULL REFERENCES users ON DELETE CASCADE,
        name          text    NOT NULL,
        date_of_birth date    NOT NULL
    );
    CREATE INDEX children_parent_id_idx ON children (parent_id);
"};

/// A migration with a way up and none back, run in a transaction.
fn simple(version: i64, description: &'static str, sql: &'static str) -> Migration {
    Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false)
}

/// All migrations of Lundo.
pub fn migrations() -> Vec<Migration> {
    todo!("list the three migrations; the first is simple(1, \"create family\", CREATE_FAMILY)")
}

/// Brings the database to the newest version.
pub async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    todo!("run the migrations that this database has not had")
}

harness::graded!(migrate);
