//! caught by: the error that comes back is the server's, and the first there was
//!
//! Looks whether the email is taken and answers with an error of its own. Two who register at the
//! same moment both hear that it is free.

use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/39_all_or_nothing.rs"]
mod solution;
use solution::Family;

pub async fn register_family(pool: &PgPool, family: Family) -> Result<i32, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let taken: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM users WHERE email = $1)")
        .bind(&family.email)
        .fetch_one(&mut *tx)
        .await?;
    if taken {
        return Err(sqlx::Error::Protocol("that email is taken".to_owned()));
    }
    let parent: i32 =
        sqlx::query_scalar("INSERT INTO users (email, full_name) VALUES ($1, $2) RETURNING id")
            .bind(&family.email)
            .bind(&family.full_name)
            .fetch_one(&mut *tx)
            .await?;

    let mut first = None;
    for child in &family.children {
        let id: i32 = sqlx::query_scalar(
            "INSERT INTO children (parent_id, name, date_of_birth) VALUES ($1, $2, $3) RETURNING id",
        )
        .bind(parent)
        .bind(&child.name)
        .bind(child.date_of_birth)
        .fetch_one(&mut *tx)
        .await?;
        first.get_or_insert(id);
    }

    if let Some(child) = first {
        sqlx::query(
            "INSERT INTO conversations (user_id, child_id, thread_id, title)
             VALUES ($1, $2, $3, $4)",
        )
        .bind(parent)
        .bind(child)
        .bind(&family.thread_id)
        .bind(&family.title)
        .execute(&mut *tx)
        .await?;
    }

    tx.commit().await?;
    Ok(parent)
}

harness::graded!(register_family);
