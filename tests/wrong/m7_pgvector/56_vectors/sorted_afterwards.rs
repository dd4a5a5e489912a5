//! caught by: of equally near memories the smaller id comes first
//!
//! Put in order in Rust, after LIMIT has cut where it liked.

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
            "SELECT id, embedding <-> $1 FROM memories
             WHERE embedding IS NOT NULL ORDER BY 2 LIMIT 3"
        }
        Measure::Cosine => {
            "SELECT id, embedding <=> $1 FROM memories
             WHERE vector_norm(embedding) > 0 ORDER BY 2 LIMIT 3"
        }
        Measure::InnerProduct => {
            "SELECT id, embedding <#> $1 FROM memories
             WHERE embedding IS NOT NULL ORDER BY 2 LIMIT 3"
        }
    };
    let mut rows: Vec<(i64, f64)> =
        sqlx::query_as(sql).bind(Vector::from(question)).fetch_all(pool).await?;
    rows.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    Ok(rows.into_iter().map(|(id, _)| id).collect())
}

harness::graded!(store, load, nearest, agreement);
