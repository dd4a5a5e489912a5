//! With questions in between, a savepoint around the children, and an explicit rollback.

use sqlx::{Acquire, PgPool};

#[path = "../../../../solutions/m4_transactions/39_all_or_nothing.rs"]
mod solution;
use solution::Family;

pub async fn register_family(pool: &PgPool, family: Family) -> Result<i32, sqlx::Error> {
    let mut tx = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
    sqlx::query("INSERT INTO users (email, full_name) VALUES ($1, $2)")
        .bind(&family.email)
        .bind(&family.full_name)
        .execute(&mut *tx)
        .await?;
    let parent: i32 = sqlx::query_scalar("SELECT id FROM users WHERE email = $1")
        .bind(&family.email)
        .fetch_one(&mut *tx)
        .await?;
    let mut inner = tx.begin().await?;
    for child in &family.children {
        let stored = sqlx::query(
            "INSERT INTO children (parent_id, name, date_of_birth) VALUES ($1, $2, $3)",
        )
        .bind(parent)
        .bind(&child.name)
        .bind(child.date_of_birth)
        .execute(&mut *inner)
        .await;
        if let Err(error) = stored {
            inner.rollback().await?;
            tx.rollback().await?;
            return Err(error);
        }
    }
    inner.commit().await?;
    if !family.children.is_empty() {
        sqlx::query(
            "INSERT INTO conversations (user_id, child_id, thread_id, title)
             SELECT $1, min(id), $2, $3 FROM children WHERE parent_id = $1",
        )
        .bind(parent)
        .bind(&family.thread_id)
        .bind(&family.title)
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(parent)
}

harness::graded!(register_family);
