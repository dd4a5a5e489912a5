//! caught by: verify marks this user and no other, and says whether there is one
//!
//! Only who is not verified yet is found: a second call says that there is no such user.

use sqlx::{Error, PgPool};

#[path = "../../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;
use solution::{export, name_of, titles};

pub async fn verify(pool: &PgPool, user_id: i32) -> Result<bool, Error> {
    let sql = "UPDATE users SET is_verified = true WHERE id = $1 AND NOT is_verified";
    let done = sqlx::query(sql).bind(user_id).execute(pool).await?;
    Ok(done.rows_affected() == 1)
}

harness::graded!(verify, name_of, titles, export);
