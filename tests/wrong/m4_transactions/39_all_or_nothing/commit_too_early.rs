//! caught by: all of it is stored, or none
//!
//! The parent and the children are committed, and the conversation comes after.

use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/39_all_or_nothing.rs"]
mod solution;
use solution::Family;

pub async fn register_family(pool: &PgPool, family: Family) -> Result<i32, sqlx::Error> {
    let mut tx = pool.begin().await?;
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

    tx.commit().await?;
    if let Some(child) = first {
        sqlx::query(
            "INSERT INTO conversations (user_id, child_id, thread_id, title)
             VALUES ($1, $2, $3, $4)",
        )
        .bind(parent)
        .bind(child)
        .bind(&family.thread_id)
        .bind(&family.title)
        .execute(pool)
        .await?;
    }

    Ok(parent)
}

harness::graded!(register_family);
