//! caught by: a vector of another length is the server's error 22000
//!
//! The length is made to fit: the numbers of another model, taken for ours.

use pgvector::Vector;
use sqlx::PgPool;

#[path = "../../../../solutions/m7_pgvector/56_vectors.rs"]
mod solution;
use solution::{Measure, agreement, load, nearest};

pub async fn store(pool: &PgPool, id: i64, mut embedding: Vec<f32>) -> Result<bool, sqlx::Error> {
    embedding.resize(3, 0.0);
    let done = sqlx::query("UPDATE memories SET embedding = $2 WHERE id = $1")
        .bind(id)
        .bind(Vector::from(embedding))
        .execute(pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

harness::graded!(store, load, nearest, agreement);
