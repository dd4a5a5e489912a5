//! caught by: agreement gives the inner product itself, the largest first
//!
//! The operator gives the product with its sign turned.

use pgvector::Vector;
use postgres::{Client, Error};

#[path = "../../../../solutions/m7_pgvector/56_vectors.rs"]
mod solution;
use solution::{Measure, load, nearest, store};

pub fn agreement(
    client: &mut Client,
    question: Vec<f32>,
    limit: i32,
) -> Result<Vec<(i64, f64)>, Error> {
    let rows = client.query(
        "SELECT id, embedding <#> $1 FROM memories WHERE embedding IS NOT NULL
         ORDER BY embedding <#> $1, id LIMIT $2",
        &[&Vector::from(question), &i64::from(limit)],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

harness::graded!(store, load, nearest, agreement);
