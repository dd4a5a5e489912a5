//! caught by: a vector of zeros is left out by Cosine, and only there
//!
//! NaN sorts behind all numbers, and comes back when there is little else.

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
            "SELECT id FROM memories WHERE embedding IS NOT NULL ORDER BY embedding <-> $1, id LIMIT 3"
        }
        Measure::Cosine => {
            "SELECT id FROM memories WHERE embedding IS NOT NULL ORDER BY embedding <=> $1, id LIMIT 3"
        }
        Measure::InnerProduct => {
            "SELECT id FROM memories WHERE embedding IS NOT NULL ORDER BY embedding <#> $1, id LIMIT 3"
        }
    };
    sqlx::query_scalar(sql).bind(Vector::from(question)).fetch_all(pool).await
}

harness::graded!(store, load, nearest, agreement);
