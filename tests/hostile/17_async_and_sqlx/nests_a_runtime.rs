//! tries: start a runtime inside the runtime
//! expect: failed|crashed

#[path = "../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;

use sqlx::{Error, PgPool};

use solution::{export, name_of, titles};

pub async fn verify(pool: &PgPool, user_id: i32) -> Result<bool, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { Ok(true) })
}

harness::graded!(verify, name_of, titles, export);
