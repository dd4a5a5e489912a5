//! Parts that are given the connection, in a transaction that rolls back by name; the children in
//! one INSERT.

use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder};

#[path = "../../../../solutions/m4_transactions/39_all_or_nothing.rs"]
mod solution;
use solution::{Family, NewChild};

pub async fn register_family(pool: &PgPool, family: Family) -> Result<i32, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    sqlx::query("BEGIN").execute(&mut *connection).await?;
    let result = store(&mut connection, &family).await;
    let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
    sqlx::query(end).execute(&mut *connection).await?;
    result
}

async fn store(connection: &mut PgConnection, family: &Family) -> Result<i32, sqlx::Error> {
    let parent: (i32,) =
        sqlx::query_as("insert into users(full_name, email) values ($2, $1) returning id")
            .bind(&family.email)
            .bind(&family.full_name)
            .fetch_one(&mut *connection)
            .await?;
    let ids = add_children(&mut *connection, parent.0, &family.children).await?;
    if let Some(first) = ids.first() {
        sqlx::query("insert into conversations values (default, $1, $2, $3, $4)")
            .bind(parent.0)
            .bind(first)
            .bind(&family.thread_id)
            .bind(&family.title)
            .execute(connection)
            .await?;
    }
    Ok(parent.0)
}

async fn add_children(
    connection: &mut PgConnection,
    parent: i32,
    children: &[NewChild],
) -> Result<Vec<i32>, sqlx::Error> {
    if children.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql =
        QueryBuilder::<Postgres>::new("INSERT INTO children (parent_id, name, date_of_birth) ");
    sql.push_values(children, |mut row, child| {
        row.push_bind(parent).push_bind(&child.name).push_bind(child.date_of_birth);
    });
    sql.push(" RETURNING id");
    sql.build_query_scalar().fetch_all(connection).await
}

harness::graded!(register_family);
