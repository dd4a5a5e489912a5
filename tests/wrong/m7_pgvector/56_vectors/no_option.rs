//! caught by: a memory without an embedding loads as None
//!
//! A column that may be NULL, read without Option.

use pgvector::Vector;
use postgres::{Client, Error};

#[path = "../../../../solutions/m7_pgvector/56_vectors.rs"]
mod solution;
use solution::{Measure, agreement, nearest, store};

pub fn load(client: &mut Client, id: i64) -> Result<Option<Vec<f32>>, Error> {
    let row = client.query_opt("SELECT embedding FROM memories WHERE id = $1", &[&id])?;
    row.map(|row| row.try_get::<_, Vector>(0).map(Vec::from)).transpose()
}

harness::graded!(store, load, nearest, agreement);
