//! # sqlx: many questions at once
//!
//! A question to a server is mostly waiting. The client of module 1 waits with its thread: until
//! the answer is there, the thread does nothing else. A web server that asks for a thousand users
//! at once would need a thousand threads.
//!
//! An *async* function waits without the thread. Calling it makes a *future*, a piece of work that
//! has not begun; `.await` works on it until it has to wait, and then lets the thread work on
//! another. The *runtime*, here tokio, has a few threads and wakes each future when its answer has
//! come.
//!
//! ```text
//! sync     thread 1   ask ┄┄┄┄┄┄┄┄┄┄ answer
//!          thread 2   ask ┄┄┄┄┄┄┄┄┄┄ answer
//!          thread 3   ask ┄┄┄┄┄┄┄┄┄┄ answer
//!
//! async    thread 1   ask ask ask ┄┄ answer answer answer
//! ```
//!
//! sqlx is an async client. It is no ORM: you write SQL, it carries values and rows. The database is
//! Lundo again.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use sqlx::Row;
use tokio::runtime::Runtime;
use tokio::task;

use crate::lesson::prelude::*;

/// ## Waiting together
///
/// `pg_sleep` stands for a slow question: a tenth of a second each. A `.await` in a loop asks one
/// after another. `try_join!` works on all five futures at once, on this one thread, and returns
/// when all are done, or with the first error.
///
/// *Coming from Python: a future is a coroutine that nobody has awaited yet, `try_join!` is
/// `asyncio.gather`, and tokio is the event loop.*
pub async fn waiting_together(pool: &PgPool, out: &mut Out) -> Result<()> {
    let began = Instant::now();
    for _ in 0..5 {
        nap(pool).await?;
    }
    let in_turn = began.elapsed();

    let began = Instant::now();
    tokio::try_join!(
        nap(pool),
        nap(pool),
        nap(pool),
        nap(pool),
        nap(pool)
    )?;
    let together = began.elapsed();

    out.say(format!("one after another: {:.1} ms", millis(in_turn)));
    out.say(format!("together:          {:.1} ms", millis(together)));
    Ok(())
}

async fn nap(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_sleep(0.1)").execute(pool).await?;
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// ## A pool and a connection
///
/// A connection carries one question at a time, so five at once need five connections. A *pool*
/// keeps them: a statement that is sent to `pool` borrows a connection and gives it back. Pass
/// `&PgPool` around, and make one pool for the whole program.
///
/// `acquire` borrows a connection for longer. `&mut *one` is then what the statement is sent to: the
/// connection inside the guard, which goes back to the pool when it is dropped. Two that are
/// borrowed at once are never the same.
///
/// *Coming from Python: `PgPool` is `create_async_engine`, with the engine's pool. Module 5 is about
/// its settings.*
pub async fn a_pool(pool: &PgPool, out: &mut Out) -> Result<()> {
    let ask = "SELECT pg_backend_pid()";
    let mut one = pool.acquire().await?;
    let mut two = pool.acquire().await?;

    let first: i32 = sqlx::query(ask).fetch_one(&mut *one).await?.get(0);
    let again: i32 = sqlx::query(ask).fetch_one(&mut *one).await?.get(0);
    let other: i32 = sqlx::query(ask).fetch_one(&mut *two).await?.get(0);

    out.say(format!(
        "`one`, asked twice, is one connection: {}",
        first == again
    ));
    out.say(format!(
        "`two` is another:                      {}",
        first != other
    ));
    Ok(())
}

/// ## Writing
///
/// `query` takes the SQL, each `bind` the next value (`$1`, `$2`, …), and `execute` sends both.
/// `rows_affected` is the server's count.
///
/// The SQL has to be a string that stands in your program. One that was put together at run time
/// does not compile, since a value might have been pasted into it; lesson 24 has the way out.
///
/// *Coming from SQLAlchemy: there is no session, that is, nobody who holds your objects, watches them
/// change and decides when to send what. You say each of it:*
///
/// - *`session.add(user)` and `commit()`: an `INSERT`*
/// - *`refresh(user)`: its `RETURNING`*
/// - *`user.is_verified = True` and `commit()`: an `UPDATE`*
/// - *several changes in one `commit()`: a transaction (lesson 39)*
pub async fn writing(pool: &PgPool, out: &mut Out) -> Result<()> {
    let added = sqlx::query(
        "INSERT INTO users (email, full_name) VALUES ($1, $2)
         RETURNING id, is_verified, created_at",
    )
    .bind("ada@example.com")
    .bind("Ada Lovelace")
    .fetch_one(pool)
    .await?;
    out.row(&added);

    let id: i32 = added.get("id");
    let done =
        sqlx::query("UPDATE users SET is_verified = true WHERE id = $1")
            .bind(id)
            .execute(pool)
            .await?;
    out.say(format!("{} row updated", done.rows_affected()));
    Ok(())
}

/// ## Reading: one, perhaps one, all
///
/// What you expect decides how you fetch:
///
/// | method | gives | if there is no row |
/// |---|---|---|
/// | `fetch_one` | a row | an error |
/// | `fetch_optional` | `Option` of a row | `None` |
/// | `fetch_all` | `Vec` of rows | an empty `Vec` |
///
/// `row.get("name")` makes a Rust value of a column, and panics if it does not fit; `try_get` returns
/// the error. A column that may be NULL needs an `Option`.
///
/// *Coming from SQLAlchemy: `scalar_one()`, `scalar_one_or_none()` and `scalars().all()`, with one
/// difference. If there are several rows, `fetch_one` and `fetch_optional` take the first and do not
/// complain.*
pub async fn reading(pool: &PgPool, out: &mut Out) -> Result<()> {
    let children = "SELECT name, notes FROM children
                    WHERE parent_id = $1 ORDER BY name";

    let amaras = sqlx::query(children).bind(1).fetch_all(pool).await?;
    for child in &amaras {
        let name: String = child.get("name");
        let notes: Option<String> = child.get("notes");
        out.say(format!("{name}: {}", notes.as_deref().unwrap_or("-")));
    }

    let lucias = sqlx::query(children).bind(4).fetch_one(pool).await?;
    out.say(format!("Lucía's: {}", lucias.get::<String, _>("name")));

    let tomaszs =
        sqlx::query(children).bind(6).fetch_optional(pool).await?;
    out.say(format!("Tomasz has a child: {}", tomaszs.is_some()));
    Ok(())
}

/// ## When it goes wrong
///
/// Two errors that look alike to `?` and are not. To find no row is no failure for the server: that
/// one is sqlx's own. The other comes from the server, and has a SQLSTATE:
/// `as_database_error` finds it, and has a method for the common ones, such as
/// `is_unique_violation`.
pub async fn when_it_goes_wrong(
    pool: &PgPool,
    out: &mut Out,
) -> Result<()> {
    let nobody =
        sqlx::query("SELECT full_name FROM users WHERE email = $1")
            .bind("nobody@example.com")
            .fetch_one(pool)
            .await;
    if let Err(error) = nobody {
        out.error(&error);
    }

    let twice =
        sqlx::query("INSERT INTO users (email, full_name) VALUES ($1, $2)")
            .bind("ada@example.com")
            .bind("Ada King")
            .execute(pool)
            .await;
    if let Err(error) = twice {
        out.error(&error);
        let taken = error
            .as_database_error()
            .is_some_and(|db| db.is_unique_violation());
        out.say(format!("taken: {taken}"));
    }
    Ok(())
}

/// ## A stream
///
/// `fetch_all` holds all rows at once, and a big table may not fit. `fetch` gives a stream: rows
/// come as the server sends them, and `try_next` (of `TryStreamExt`) waits for the next. The loop
/// holds one row at a time. An error may come after a thousand good rows, so there is a `?` in the
/// loop too.
///
/// The server was asked for all of it, though. If you stop early, as here, it goes on sending, and
/// sqlx reads and forgets the rest before anybody gets the connection. Where the server can know how
/// many rows you want, say `LIMIT`.
///
/// *Coming from Python: `async for row in await session.stream(…)`.*
pub async fn a_stream(pool: &PgPool, out: &mut Out) -> Result<()> {
    let mut rows =
        sqlx::query("SELECT n FROM generate_series(1, 100000) AS n")
            .fetch(pool);

    let mut count = 0;
    let mut sum = 0;
    while let Some(row) = rows.try_next().await? {
        let n: i32 = row.get("n");
        count += 1;
        sum += n;
        if sum > 1_000_000 {
            break;
        }
    }
    out.say(format!("the sum passed a million at row {count}"));
    Ok(())
}

/// ## Two worlds
///
/// Before you go on: the crate `postgres` is async inside. Its `Client` has a small tokio of its own
/// and blocks the thread until that is done.
pub const TWO_WORLDS: Prediction = predict(
    "The next step uses `postgres::Client` inside an async function that tokio runs. It compiles. \
     What comes of it?",
    &[
        choice(
            "It counts the children, and blocks a thread meanwhile",
            Claim::Value("9 children"),
            "Code that blocks by itself does that, such as a long calculation. But tokio notices when \
             one of its own threads is to wait for another runtime, and refuses.",
        ),
        choice(
            "An `Err`, which `?` passes on",
            Claim::Value("an error"),
            "An error is for what may go wrong in a right program. This program is wrong.",
        ),
        choice(
            "A panic",
            Claim::Value("a panic"),
            "tokio does not let a thread that drives futures wait for another runtime: everything \
             else on the thread would stand still.",
        ),
    ],
);

/// ## The sync client inside tokio
///
/// `Runtime::new` and `block_on` are what `#[tokio::main]` writes for you: start tokio, and work on
/// one future until it is done. `spawn` makes a task of the future, so that a panic ends the task and
/// not the lesson; the task's result says how it ended.
pub fn sync_inside_async(url: &str, out: &mut Out) -> Result<()> {
    let runtime = Runtime::new()?;
    let url = url.to_owned();
    let task = runtime.spawn(async move { count_children(&url) });

    match runtime.block_on(task) {
        Ok(Ok(count)) => out.say(format!("{count} children")),
        Ok(Err(_)) => out.say("an error"),
        Err(ended) => {
            out.say("a panic");
            let panic = ended.into_panic();
            let words =
                panic.downcast_ref::<&str>().unwrap_or(&"without words");
            out.say(words.split('.').next().unwrap_or(words));
        }
    }
    Ok(())
}

fn count_children(url: &str) -> Result<i64, postgres::Error> {
    let mut client = Client::connect(url, NoTls)?;
    Ok(client.query_one("SELECT count(*) FROM children", &[])?.get(0))
}

/// ## The way out
///
/// Use sqlx in async code. Where a library leaves you no choice, `spawn_blocking` runs a function on
/// a thread that is there for waiting, and its result can be awaited. The same call as before:
pub fn the_way_out(url: &str, out: &mut Out) -> Result<()> {
    let runtime = Runtime::new()?;
    let url = url.to_owned();
    let count = runtime.block_on(async {
        task::spawn_blocking(move || count_children(&url)).await
    })??;
    out.say(format!("{count} children"));
    Ok(())
}

/// ## In three lines
///
/// - A future waits without a thread: many questions can be under way at once, each on a connection
///   that the pool lends.
/// - `query`, `bind`, and then what you expect: `execute`, `fetch_one`, `fetch_optional`,
///   `fetch_all`, or `fetch` for more rows than you want to hold.
/// - There is no session: what is to be stored is a statement that you send. And there is no sync
///   client inside tokio.
///
/// Read on: *Executor* and *query* in the documentation of the crate `sqlx`, and *Bridging with sync
/// code* in the tokio tutorial.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: LUNDO,
    minutes: 15,
    steps: [
        waiting_together,
        a_pool,
        writing,
        reading,
        when_it_goes_wrong,
        a_stream,
        TWO_WORLDS,
        sync_inside_async,
        the_way_out,
        IN_SHORT,
    ],
}
