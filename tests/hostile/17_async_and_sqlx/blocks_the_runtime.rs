//! tries: sleep for an hour in a task that cannot be cancelled
//! expect: timed_out

#[path = "../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;

use sqlx::{Error, PgPool};

use solution::{export, name_of, titles};

pub async fn verify(pool: &PgPool, user_id: i32) -> Result<bool, Error> {
    std::thread::sleep(std::time::Duration::from_secs(3600));
    solution::verify(pool, user_id).await
}

harness::graded!(verify, name_of, titles, export);
