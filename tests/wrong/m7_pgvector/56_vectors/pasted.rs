//! caught by: vectors travel beside the SQL, not inside it
//!
//! The vector is pasted into the SQL as text: another statement to parse for each vector.

use sqlx::{AssertSqlSafe, PgPool};

#[path = "../../../../solutions/m7_pgvector/56_vectors.rs"]
mod solution;
use solution::{Measure, agreement, load, nearest};

pub async fn store(pool: &PgPool, id: i64, embedding: Vec<f32>) -> Result<bool, sqlx::Error> {
    let sql = format!("UPDATE memories SET embedding = '{embedding:?}' WHERE id = $1");
    let done = sqlx::query(AssertSqlSafe(sql)).bind(id).execute(pool).await?;
    Ok(done.rows_affected() > 0)
}

harness::graded!(store, load, nearest, agreement);
