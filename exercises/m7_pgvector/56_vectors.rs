//! # Exercise 56: vectors
//!
//! Lundo's assistant remembers. The table is there:
//!
//! ```sql
//! CREATE TABLE memories (id bigint PRIMARY KEY, content text NOT NULL, embedding vector(3));
//! ```
//!
//! `store` sets the embedding of one memory and says whether there is such a memory. A vector of
//! another length is the server's error, as it is.
//!
//! `load` gives an embedding back: `None` if the memory has none, and if there is no such memory.
//!
//! `nearest` gives the ids of the **three** memories that are nearest to a question, by one of three
//! measures, the nearest first; of equally near ones the smaller id comes first. A memory without an
//! embedding is near to nothing: it does not come back, and if fewer than three are left, then fewer
//! come. A vector of zeros has no direction: by `Cosine` such a memory does not come back either, by
//! the other two it does.
//!
//! `agreement` gives the `limit` memories that agree most with a question, each with the inner
//! product itself: the larger, the better. The largest comes first, of equal ones the smaller id.
//! Memories without an embedding do not come back.
//!
//! Vectors travel beside the SQL. Two functions use sqlx and two the client `postgres`.
//!
//! Check your answer with `cargo run -- check 56`.

use pgvector::Vector;
use postgres::Client;
use sqlx::PgPool;

/// How to tell what is near.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub enum Measure {
    Euclidean,
    Cosine,
    InnerProduct,
}

/// Sets an embedding. `false`: there is no such memory.
pub async fn store(pool: &PgPool, id: i64, embedding: Vec<f32>) -> Result<bool, sqlx::Error> {
    todo!("update the memory, and say whether there was one")
}

/// Gives an embedding back.
pub fn load(client: &mut Client, id: i64) -> Result<Option<Vec<f32>>, postgres::Error> {
    todo!("select the embedding, which may be NULL, of a memory, which may not be there")
}

/// The three nearest memories.
pub async fn nearest(
    pool: &PgPool,
    question: Vec<f32>,
    measure: Measure,
) -> Result<Vec<i64>, sqlx::Error> {
    todo!("one statement for each measure; mind NULL, zeros and ties")
}

/// The memories that agree most with a question, and how much.
pub fn agreement(
    client: &mut Client,
    question: Vec<f32>,
    limit: i32,
) -> Result<Vec<(i64, f64)>, postgres::Error> {
    todo!("the largest inner products, with the memories they belong to")
}

harness::graded!(store, load, nearest, agreement);
