//! caught by: of equally near memories the smaller id comes first
//!
//! Nothing decides between equals.

use pgvector::Vector;
use sqlx::PgPool;

#[path = "../../../../solutions/m7_pgvector/56_vectors.rs"]
mod solution;
use solution::{Measure, agreement, load, store};

pub async fn nearest(
    pool: &PgPool,
    question: Vec<f32>,
    measure: Measure,
) -> Result<Vec<i64>, sqlx::Error> {
    let sql = match measure {
        Measure::Euclidean => {
            "SELECT id FROM memories WHERE embedding IS NOT NULL ORDER BY embedding <-> $1 LIMIT 3"
        }
        Measure::Cosine => {
            "SELECT id FROM memories WHERE vector_norm(embedding) > 0 ORDER BY embedding <=> $1 LIMIT 3"
        }
        Measure::InnerProduct => {
            "SELECT id FROM memories WHERE embedding IS NOT NULL ORDER BY embedding <#> $1 LIMIT 3"
        }
    };
    sqlx::query_scalar(sql).bind(Vector::from(question)).fetch_all(pool).await
}

harness::graded!(store, load, nearest, agreement);
