//! # Exercise 17: four functions on a pool
//!
//! Lundo moves to sqlx. Each function gets the pool and returns what the server said; an error of
//! the server goes back to the caller as it is.
//!
//! `verify` sets `is_verified` of one user to true and says whether there is such a user.
//!
//! `name_of` returns the `full_name` of the user with this email, or `None` if nobody has it.
//!
//! `titles` returns the titles of a user's conversations, oldest first (by `created_at`, and by `id`
//! where that is equal). A conversation without a title is a `None` in the list.
//!
//! `export` writes all messages to a file, in the order of their ids, and returns how many there
//! were. The file is made anew if it is there already. Each message is one line, a JSON object of
//! its id and its content:
//!
//! ```text
//! {"id":1,"content":"Chidi screams when I turn off the light. He is six."}
//! ```
//!
//! There may be millions of messages, so never hold more than 1,000 of them. If the server fails on
//! the way, the error goes back, and what came before it is in the file.
//!
//! Check your answer with `cargo run -- check 17`.

use std::fs::File;
use std::io::{BufWriter, Write};

use futures_util::TryStreamExt;
use serde_json::json;
use sqlx::{Error, PgPool, Row};

/// Marks a user as verified. False if there is no such user.
pub async fn verify(pool: &PgPool, user_id: i32) -> Result<bool, Error> {
    // todo: set is_verified of this user to true and return whether there is such a user
    let done = sqlx::query("UPDATE users SET is_verified = true WHERE id = $1")
        .bind(user_id)
        .execute(pool)
        .await?;
    Ok(done.rows_affected() > 0)
    // end
}

/// The name of the user with this email.
pub async fn name_of(pool: &PgPool, email: &str) -> Result<Option<String>, Error> {
    // todo: return the full_name of the user with this email, or None
    let row = sqlx::query("SELECT full_name FROM users WHERE email = $1")
        .bind(email)
        .fetch_optional(pool)
        .await?;
    // To find nobody is no error, so this is no fetch_one; a real error has left through the ?.
    Ok(row.map(|row| row.get("full_name")))
    // end
}

/// The titles of a user's conversations, oldest first.
pub async fn titles(pool: &PgPool, user_id: i32) -> Result<Vec<Option<String>>, Error> {
    // todo: return the titles of this user's conversations, oldest first
    let rows =
        sqlx::query("SELECT title FROM conversations WHERE user_id = $1 ORDER BY created_at, id")
            .bind(user_id)
            .fetch_all(pool)
            .await?;
    Ok(rows.iter().map(|row| row.get("title")).collect())
    // end
}

/// Writes all messages to a file, one JSON object a line, and returns how many there were.
pub async fn export(pool: &PgPool, path: &str) -> Result<u64, Error> {
    // todo: stream the messages, write each to the file as it comes, and return how many there were
    let mut file = BufWriter::new(File::create(path)?);
    let mut messages = sqlx::query("SELECT id, content FROM messages ORDER BY id").fetch(pool);
    let mut count = 0;
    while let Some(row) = messages.try_next().await? {
        let (id, content): (i32, &str) = (row.get("id"), row.get("content"));
        writeln!(file, "{}", json!({"id": id, "content": content}))?;
        count += 1;
    }
    // Dropped, the writer would do this too, and keep an error to itself.
    file.flush()?;
    Ok(count)
    // end
}

harness::graded!(verify, name_of, titles, export);
