//! One statement, which is all or nothing by itself.

use chrono::NaiveDate;
use sqlx::PgPool;

#[path = "../../../../solutions/m4_transactions/39_all_or_nothing.rs"]
mod solution;
use solution::Family;

pub async fn register_family(pool: &PgPool, family: Family) -> sqlx::Result<i32> {
    let names: Vec<&str> = family.children.iter().map(|child| child.name.as_str()).collect();
    let born: Vec<NaiveDate> = family.children.iter().map(|child| child.date_of_birth).collect();
    sqlx::query_scalar(
        "WITH parent AS (
             INSERT INTO users (email, full_name) VALUES ($1, $2) RETURNING id
         ), child AS (
             INSERT INTO children (parent_id, name, date_of_birth)
             SELECT parent.id, given.name, given.born
             FROM parent, unnest($3::text[], $4::date[]) WITH ORDINALITY AS given (name, born, nth)
             ORDER BY given.nth
             RETURNING id
         ), conversation AS (
             INSERT INTO conversations (user_id, child_id, thread_id, title)
             SELECT parent.id, (SELECT min(id) FROM child), $5, $6
             FROM parent WHERE EXISTS (SELECT FROM child)
         )
         SELECT id FROM parent",
    )
    .bind(&family.email)
    .bind(&family.full_name)
    .bind(&names)
    .bind(&born)
    .bind(&family.thread_id)
    .bind(&family.title)
    .fetch_one(pool)
    .await
}

harness::graded!(register_family);
