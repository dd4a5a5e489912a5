//! tries: take every connection of the pool and keep them
//! expect: failed|timed_out

#[path = "../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;

use sqlx::{Error, PgPool};

use solution::{export, name_of, titles};

pub async fn verify(pool: &PgPool, user_id: i32) -> Result<bool, Error> {
    let mut held = Vec::new();
    while let Some(connection) = pool.try_acquire() {
        held.push(connection);
        if held.len() > 50 {
            break;
        }
    }
    held.push(pool.acquire().await?);
    std::mem::forget(held);
    Ok(true)
}

harness::graded!(verify, name_of, titles, export);
