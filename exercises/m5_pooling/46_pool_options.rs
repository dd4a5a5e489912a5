//! # Exercise 46: pool options
//!
//! Lundo's web service gets a pool of its own. `make_pool` makes it from a URL:
//!
//! - its sessions are called `lundo-web`;
//! - when `make_pool` returns, two sessions are open, and there are never more than four;
//! - a guest who has waited **one second** for a session gets `PoolTimedOut`;
//! - in every session a statement is ended after 1.5 seconds (`statement_timeout`), however many
//!   guests the session has had;
//! - a session that the server has ended is replaced before a guest sees it;
//! - the next guest finds a session as if nobody had been there: no time zone of the last guest, for
//!   instance. It need not be the same session.
//!
//! `use_zone` gives a session the time zone of a parent, until the session goes back. The zone comes
//! from a form, so it travels beside the SQL. A zone that does not exist is the server's error 22023.
//!
//! The rest of the file is given: guests who come to your pool, for the grader to send.
//!
//! Check your answer with `cargo run -- check 46`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgConnection, PgPool};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

/// The pool of the web service.
pub async fn make_pool(url: &str) -> Result<PgPool, sqlx::Error> {
    todo!("make the pool as the task asks")
}

/// Sets the time zone of a session.
pub async fn use_zone(session: &mut PgConnection, zone: &str) -> Result<(), sqlx::Error> {
    todo!("set the session's time zone; the name of the zone is a value")
}

/// Sends guests to the pool, all at once. Who gets a session keeps it until all have an answer.
pub async fn crowd(url: &str, guests: usize) -> Result<Report, sqlx::Error> {
    visit(&the_pool(url, make_pool(url)).await?, guests).await
}

/// Sends one guest, who uses a time zone. Returns the zone that the session has then.
pub async fn guest_from(url: &str, zone: &str) -> Result<String, sqlx::Error> {
    let pool = the_pool(url, make_pool(url)).await?;
    let mut session = pool.acquire().await?;
    use_zone(&mut session, zone).await?;
    zone_of(&mut session).await
}

/// How a crowd fared.
#[derive(Debug, Default, serde::Serialize)]
pub struct Report {
    /// What each session that was handed out looked like.
    pub sessions: Vec<Session>,
    /// After how many milliseconds each of the others got `PoolTimedOut`.
    pub refused_after: Vec<u128>,
    /// How many had neither after three seconds, and went home.
    pub went_home: usize,
}

/// A session, as a guest finds it.
#[derive(Debug, serde::Serialize)]
pub struct Session {
    pub pid: i32,
    pub statement_timeout: String,
    pub time_zone: String,
}

/// The pools of this program, by URL: each is made when it is first asked for.
static POOLS: Mutex<BTreeMap<String, PgPool>> = Mutex::const_new(BTreeMap::new());

pub async fn the_pool(
    url: &str,
    make: impl Future<Output = Result<PgPool, sqlx::Error>>,
) -> Result<PgPool, sqlx::Error> {
    let mut pools = POOLS.lock().await;
    if let Some(pool) = pools.get(url) {
        return Ok(pool.clone());
    }
    let pool = make.await?;
    pools.insert(url.to_owned(), pool.clone());
    Ok(pool)
}

pub async fn visit(pool: &PgPool, guests: usize) -> Result<Report, sqlx::Error> {
    let mut waiting = JoinSet::new();
    for _ in 0..guests {
        let pool = pool.clone();
        waiting.spawn(async move {
            let began = Instant::now();
            let answer = tokio::time::timeout(Duration::from_secs(3), pool.acquire()).await;
            (answer, began.elapsed().as_millis())
        });
    }
    let mut report = Report::default();
    let mut held = Vec::new();
    for (answer, after) in waiting.join_all().await {
        match answer {
            Ok(Ok(session)) => held.push(session),
            Ok(Err(sqlx::Error::PoolTimedOut)) => report.refused_after.push(after),
            Ok(Err(error)) => return Err(error),
            Err(_) => report.went_home += 1,
        }
    }
    for session in &mut held {
        let (pid, statement_timeout) =
            sqlx::query_as("SELECT pg_backend_pid(), current_setting('statement_timeout')")
                .fetch_one(&mut **session)
                .await?;
        let time_zone = zone_of(session).await?;
        report.sessions.push(Session { pid, statement_timeout, time_zone });
    }
    drop(held);
    // They go back in the background; the grader looks when they are back.
    let back = Instant::now();
    while pool.num_idle() < pool.size() as usize && back.elapsed() < Duration::from_secs(2) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(report)
}

pub async fn zone_of(session: &mut PgConnection) -> Result<String, sqlx::Error> {
    sqlx::query_scalar("SELECT current_setting('TimeZone')").fetch_one(session).await
}

harness::graded!(crowd, guest_from);
