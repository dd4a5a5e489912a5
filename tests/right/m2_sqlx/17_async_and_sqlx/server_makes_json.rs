//! The server makes the JSON and the list; the stream is folded; a cursor of its own would do too.

use std::fs::File;
use std::io::Write;

use futures_util::TryStreamExt;
use sqlx::PgPool;

pub async fn verify(pool: &PgPool, id: i64) -> sqlx::Result<bool> {
    let mut transaction = pool.begin().await?;
    let found = sqlx::query("UPDATE users SET is_verified = true WHERE id = $1")
        .bind(id)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    transaction.commit().await?;
    Ok(found == 1)
}

pub async fn name_of(pool: &PgPool, email: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT (SELECT full_name FROM users WHERE email = $1)")
        .bind(email)
        .fetch_one(pool)
        .await
}

pub async fn titles(pool: &PgPool, user_id: i32) -> sqlx::Result<Vec<Option<String>>> {
    sqlx::query_scalar(
        "SELECT coalesce(array_agg(title ORDER BY created_at, id), '{}')
         FROM conversations WHERE user_id = $1",
    )
    .bind(user_id)
    .fetch_one(pool)
    .await
}

pub async fn export(pool: &PgPool, path: String) -> sqlx::Result<u64> {
    let file = File::create(path)?;
    let sql =
        "SELECT json_build_object('id', id, 'content', content)::text FROM messages ORDER BY id";
    let lines = sqlx::query_scalar::<_, String>(sql).fetch(pool);
    lines
        .try_fold((file, 0), |(mut file, count), line| async move {
            file.write_all((line + "\n").as_bytes())?;
            Ok((file, count + 1))
        })
        .await
        .map(|(_, count)| count)
}

harness::graded!(verify, name_of, titles, export);
