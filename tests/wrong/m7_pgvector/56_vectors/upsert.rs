//! caught by: a memory that is not there is no error
//!
//! A memory that nobody had is made.

use pgvector::Vector;
use sqlx::PgPool;

#[path = "../../../../solutions/m7_pgvector/56_vectors.rs"]
mod solution;
use solution::{Measure, agreement, load, nearest};

pub async fn store(pool: &PgPool, id: i64, embedding: Vec<f32>) -> Result<bool, sqlx::Error> {
    let sql = "INSERT INTO memories VALUES ($1, '', $2)
               ON CONFLICT (id) DO UPDATE SET embedding = EXCLUDED.embedding";
    let done = sqlx::query(sql).bind(id).bind(Vector::from(embedding)).execute(pool).await?;
    Ok(done.rows_affected() > 0)
}

harness::graded!(store, load, nearest, agreement);
