//! caught by: verify marks this user and no other, and says whether there is one
//!
//! The sync client inside tokio: it compiles, and panics.

use std::error::Error;

use postgres::{Client, NoTls};
use sqlx::PgPool;

#[path = "../../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;
use solution::{export, name_of, titles};

pub async fn verify(_pool: &PgPool, user_id: i32) -> Result<bool, Box<dyn Error>> {
    let mut client = Client::connect("postgres://lundo@localhost/lundo", NoTls)?;
    let sql = "UPDATE users SET is_verified = true WHERE id = $1";
    Ok(client.execute(sql, &[&user_id])? > 0)
}

harness::graded!(verify, name_of, titles, export);
