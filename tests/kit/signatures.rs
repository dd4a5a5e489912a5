//! Functions as Rust people write them, and what the grader hears from each.

use std::error::Error;
use std::fmt;

use pglings::grade::kit::*;
use pglings::grade::verdict::State;
use pglings::lesson::fixtures::EMPTY;
use postgres::Client;
use sqlx::error::BoxDynError;
use sqlx::{Connection, PgConnection, PgPool};

use crate::answer::{judge, states};

const NO_TABLE: &str = "SELECT FROM nowhere";

pub(crate) fn boxed(client: &mut Client) -> Result<(), Box<dyn Error + Send + Sync>> {
    Ok(client.batch_execute(NO_TABLE)?)
}

pub(crate) fn boxed_here(client: &mut Client) -> Result<(), Box<dyn Error>> {
    Ok(client.batch_execute(NO_TABLE)?)
}

/// As `anyhow::Error` is: any error becomes one, it becomes a box, and it is no error itself.
pub(crate) struct Anyhow(Box<dyn Error + Send + Sync>);

impl<E: Error + Send + Sync + 'static> From<E> for Anyhow {
    fn from(error: E) -> Anyhow {
        Anyhow(error.into())
    }
}

impl From<Anyhow> for Box<dyn Error + Send + Sync> {
    fn from(error: Anyhow) -> Self {
        error.0
    }
}

impl From<Anyhow> for Box<dyn Error> {
    fn from(error: Anyhow) -> Self {
        error.0
    }
}

impl fmt::Debug for Anyhow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Anyhow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

pub(crate) fn anyhow(client: &mut Client) -> Result<(), Anyhow> {
    Ok(client.batch_execute(NO_TABLE)?)
}

#[derive(Debug)]
pub(crate) enum Refusal {
    TooYoung,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not old enough")
    }
}

/// An error that is none by `std::error::Error`.
pub(crate) fn shown(age: i32) -> Result<i32, Refusal> {
    if age < 7 { Err(Refusal::TooYoung) } else { Ok(age) }
}

pub(crate) fn said() -> Result<(), String> {
    Err("no such child".to_owned())
}

pub(crate) async fn with_pool(pool: PgPool, id: i32) -> Result<i32, BoxDynError> {
    sqlx::query(NO_TABLE).execute(&pool).await.unwrap_err();
    Ok(sqlx::query_scalar("SELECT $1").bind(id).fetch_one(&pool).await?)
}

pub(crate) async fn on_connection(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(connection).await
}

/// A nested transaction, which only a session of one's own can have around it.
pub(crate) async fn on_connection_with(
    connection: &mut PgConnection,
    sql: String,
    values: &[i32],
) -> Result<usize, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(values.len())
}

/// What the server said, whatever it was wrapped in.
fn undefined_table(t: &mut Trial<'_>, function: &str) -> Outcome {
    let failure = t.call::<()>(function, ())?.error()?;
    equal(function, failure.sqlstate(), Some("42P01"))
}

#[test]
fn any_error_and_any_way_to_take_a_session_fit() {
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("errors", &EMPTY, |t| {
                undefined_table(t, "boxed")?;
                undefined_table(t, "boxed_here")?;
                undefined_table(t, "anyhow")?;
                let refused = t.call::<i32>("shown", (3,))?.error()?;
                equal(
                    "shown",
                    (&*refused.display, &*refused.debug),
                    ("not old enough", "TooYoung"),
                )?;
                equal("shown", t.call::<i32>("shown", (7,))?.ok()?, 7)?;
                equal("said", t.call::<()>("said", ())?.error()?.display.as_str(), "no such child")
            })?;
            g.check("a pool by value", &EMPTY, |t| {
                equal("with_pool", t.call::<i32>("with_pool", (7,))?.ok()?, 7)
            })?;
            g.check("a session of sqlx", &EMPTY, |t| {
                let pid = t.call::<i32>("on_connection", ())?.ok()?;
                equal("the same", t.call::<i32>("on_connection", ())?.ok()?, pid)?;
                let refused = t.call::<usize>("on_connection_with", (NO_TABLE, [1]))?.error()?;
                equal("refused", refused.sqlstate(), Some("42P01"))?;
                equal("still the same", t.call::<i32>("on_connection", ())?.ok()?, pid)?;
                equal("values", t.call("on_connection_with", ("", [1, 2]))?.ok()?, 2_usize)?;
                // One that is gone is opened anew.
                t.sql(&format!("SELECT pg_terminate_backend({pid}, 5000)"))?;
                t.call::<i32>("on_connection", ())?.error()?;
                ensure(t.call::<i32>("on_connection", ())?.ok()? != pid, "another one")
            })
        })
    });
    let passed = |name| (name, State::Passed);
    let expected = [passed("errors"), passed("a pool by value"), passed("a session of sqlx")];
    assert_eq!(states(&verdict), expected);
}
