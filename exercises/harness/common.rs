//! What nearly every answer has compiled: the functions of the clients, for the types that they are
//! mostly called with.
//!
//! A generic function is compiled where it is first used with a type. An answer that is linked with
//! the harness as a shared library takes from there what the harness has used, and need not compile
//! it again at each check: that is two thirds of what it would have to compile. Nothing of this is
//! ever called.

use std::pin::Pin;

use chrono::{DateTime, NaiveDate, Utc};
use postgres::types::ToSql;
use postgres::{Client, GenericClient, NoTls, Row, Statement, ToStatement, Transaction};
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row as _};

// What an answer may name has to be in the library, whether the harness needs it or not.
use argon2 as _;
use futures_util as _;
use pgvector as _;

type Anyhow = Result<(), Box<dyn std::error::Error>>;

/// Never called. That others may call it keeps it from being left out.
pub fn common() {
    drop(sync(""));
    drop(asynchronous(""));
}

fn sync(url: &str) -> Anyhow {
    let mut client = Client::connect(url, NoTls)?;
    let statement = client.prepare("")?;
    through::<Client, str>(&mut client, "")?;
    through::<Client, Statement>(&mut client, &statement)?;
    let mut transaction = client.transaction()?;
    through::<Transaction<'_>, str>(&mut transaction, "")?;
    through::<Transaction<'_>, Statement>(&mut transaction, &statement)?;
    Ok(transaction.commit()?)
}

fn through<C: GenericClient, S: ToStatement + ?Sized>(client: &mut C, statement: &S) -> Anyhow {
    let values: [&(dyn ToSql + Sync); 2] = [&"", &String::new()];
    client.execute(statement, &values)?;
    client.query(statement, &values)?.iter().for_each(columns);
    columns(&client.query_one(statement, &values)?);
    client.query_opt(statement, &values)?.iter().for_each(columns);
    Ok(())
}

/// For each type in turn.
macro_rules! of {
    ($each:ident, $row:ident) => {
        $each!($row, bool, i32, i64, f64, String, NaiveDate, DateTime<Utc>, Value)
    };
}

fn columns(row: &Row) {
    macro_rules! get {
        ($row:ident, $($kind:ty),*) => {
            $(let _: ($kind, Option<$kind>) = ($row.get(0), $row.get(""));)*
        };
    }
    of!(get, row);
}

fn asynchronous(url: &'static str) -> Pin<Box<dyn Future<Output = Anyhow>>> {
    Box::pin(async move {
        let pool = PgPool::connect(url).await?;
        on_pool(&pool).await?;
        on_connection(&mut *pool.acquire().await?).await?;
        let mut transaction = pool.begin().await?;
        on_connection(&mut transaction).await?;
        Ok(transaction.commit().await?)
    })
}

macro_rules! ask {
    ($executor:expr) => {
        sqlx::query("")
            .bind("")
            .bind(0_i32)
            .bind(0_i64)
            .bind(String::new())
            .execute($executor)
            .await?;
        columns_of_sqlx(&sqlx::query("").fetch_one($executor).await?)?;
        sqlx::query("").fetch_optional($executor).await?;
        sqlx::query("").fetch_all($executor).await?;
        let _: i64 = sqlx::query_scalar("").bind(0_i32).fetch_one($executor).await?;
        let _: i32 = sqlx::query_scalar("").bind(0_i32).fetch_one($executor).await?;
        let _: String = sqlx::query_scalar("").bind(0_i32).fetch_one($executor).await?;
        let _: Option<String> = sqlx::query_scalar("").fetch_optional($executor).await?;
        let _: Option<i64> = sqlx::query_scalar("").fetch_optional($executor).await?;
        let _: Vec<String> = sqlx::query_scalar("").fetch_all($executor).await?;
    };
}

async fn on_pool(pool: &PgPool) -> Anyhow {
    ask!(pool);
    Ok(())
}

async fn on_connection(connection: &mut PgConnection) -> Anyhow {
    ask!(&mut *connection);
    Ok(())
}

fn columns_of_sqlx(row: &PgRow) -> Anyhow {
    macro_rules! get {
        ($row:ident, $($kind:ty),*) => {
            $(
                let _: ($kind, Option<$kind>) = ($row.try_get(0)?, $row.try_get("")?);
                let _: ($kind, Option<$kind>) = ($row.get(0), $row.get(""));
            )*
        };
    }
    of!(get, row);
    Ok(())
}
