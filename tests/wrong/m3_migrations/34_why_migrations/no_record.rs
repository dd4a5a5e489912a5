//! caught by: an empty database has had three migrations in the end, 1, 2 and 3
//!
//! IF NOT EXISTS everywhere, and no migrator: it may run often, and nobody knows what has run. A
//! column that changes later is passed over in silence.

use sqlx::PgPool;

pub async fn migrate(pool: &PgPool) -> Result<(), sqlx::Error> {
    let all = "
        CREATE TABLE IF NOT EXISTS users (
            id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            email      text        NOT NULL UNIQUE,
            full_name  text        NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE IF NOT EXISTS children (
            id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            parent_id     integer NOT NULL REFERENCES users ON DELETE CASCADE,
            name          text    NOT NULL,
            date_of_birth date    NOT NULL
        );
        CREATE TABLE IF NOT EXISTS conversations (
            id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            child_id  integer NOT NULL REFERENCES children ON DELETE CASCADE,
            thread_id text    NOT NULL UNIQUE,
            title     text
        );
        CREATE TABLE IF NOT EXISTS messages (
            id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            conversation_id integer NOT NULL REFERENCES conversations ON DELETE CASCADE,
            content         text    NOT NULL
        );
        ALTER TABLE users ADD COLUMN IF NOT EXISTS is_verified boolean NOT NULL DEFAULT false;";
    sqlx::raw_sql(all).execute(pool).await?;
    Ok(())
}

harness::graded!(migrate);
