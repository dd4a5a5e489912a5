//! tries: leave tasks on the runtime that never yield
//! expect: failed|timed_out|crashed

#[path = "../../../solutions/m2_sqlx/17_async_and_sqlx.rs"]
mod solution;

use sqlx::{Error, PgPool};

use solution::{export, name_of, titles};

pub async fn verify(pool: &PgPool, user_id: i32) -> Result<bool, Error> {
    for _ in 0..4 {
        tokio::spawn(async {
            loop {
                std::hint::spin_loop();
            }
        });
    }
    Ok(true)
}

harness::graded!(verify, name_of, titles, export);
