//! caught by: verify marks this user and no other, and says whether there is one
//!
//! It worked, so there was a user: but an UPDATE that finds no row works as well.

use sqlx::{Error, PgPool};

#[path = "../../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;
use solution::{export, name_of, titles};

pub async fn verify(pool: &PgPool, user_id: i32) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE users SET is_verified = true WHERE id = $1")
        .bind(user_id)
        .execute(pool)
        .await;
    done.map(|_| true)
}

harness::graded!(verify, name_of, titles, export);
