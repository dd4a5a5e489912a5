//! An answer for tests of the kit itself, and what a grader makes of it.
//!
//! The answer's process is this very program, told to run the one test below.

use pglings::exercise;
use pglings::grade::answer::AnswerProgram;
use pglings::grade::verdict::State;
use pglings::grade::{self, Grader, Purpose, RUN_LIMIT, Verdict};
use pglings::postgres::servers::Servers;
use pglings::process::Program;
use pglings::report::message;
use postgres::{Client, Error};
use sqlx::PgPool;

use crate::going::{
    move_minutes, several_at_once, withdraw_again, withdraw_blindly, withdraw_locking,
};
use crate::needs::{is_superuser, makes_roles};
use crate::programs::asks;
use crate::query::{children, eldest, names, shares, users, youngest};
use crate::signatures::{
    anyhow, boxed, boxed_here, on_connection, on_connection_with, said, shown, with_pool,
};

/// The answer's `main`. For everybody else a test of nothing.
#[test]
fn serves() {
    if std::env::var_os("PGLINGS_KIT_ANSWER").is_some() {
        main();
    }
}

harness::graded!(
    one,
    half,
    unwritten,
    also_unwritten,
    sleep,
    ends,
    leaves_things_behind,
    finds_things,
    add,
    rename,
    children,
    eldest,
    users,
    youngest,
    names,
    shares,
    makes_roles,
    is_superuser,
    asks,
    withdraw_blindly,
    withdraw_locking,
    withdraw_again,
    move_minutes,
    several_at_once,
    boxed,
    boxed_here,
    anyhow,
    shown,
    said,
    with_pool,
    on_connection,
    on_connection_with
);

fn one(client: &mut Client) -> Result<i32, Error> {
    Ok(client.query_one("SELECT 1", &[])?.get(0))
}

#[expect(clippy::todo, reason = "as a learner's file has it")]
fn half(positive: bool) -> Result<i32, Error> {
    if positive { Ok(1) } else { todo!("the negative half") }
}

#[expect(clippy::todo, reason = "as a learner's file has it")]
fn unwritten(_client: &mut Client) -> Result<(), Error> {
    todo!("write it")
}

#[expect(clippy::todo, reason = "as a learner's file has it")]
async fn also_unwritten(_pool: &PgPool) -> Result<(), sqlx::Error> {
    todo!()
}

fn sleep(client: &mut Client, seconds: f64) -> Result<(), Error> {
    client.execute("SELECT pg_sleep($1)", &[&seconds]).map(drop)
}

#[expect(clippy::disallowed_methods, reason = "as an answer may")]
fn ends(_client: &mut Client) -> Result<(), Error> {
    std::process::exit(3)
}

/// What a session can have that another one has not.
fn leaves_things_behind(client: &mut Client) -> Result<(), Error> {
    client.batch_execute(
        "SET work_mem = '1MB'; CREATE TEMP TABLE mine (); LISTEN news; SELECT pg_advisory_lock(7);",
    )?;
    // It is one of an enumeration of ours, whose name the client has to ask for: it prepares for that.
    client.batch_execute("CREATE TYPE mood AS ENUM ('well')")?;
    client.query_one("SELECT 'well'::mood", &[])?;
    client.batch_execute("BEGIN; DELETE FROM messages")
}

fn finds_things(client: &mut Client) -> Result<Vec<String>, Error> {
    let sql = "SELECT x FROM (VALUES
            (CASE WHEN current_setting('work_mem') = '1MB' THEN 'a setting' END),
            ((SELECT 'a table' WHERE to_regclass('mine') IS NOT NULL)),
            ((SELECT 'a channel' FROM pg_listening_channels())),
            ((SELECT 'a lock' FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())),
            ((SELECT 'a deletion' WHERE NOT EXISTS (SELECT FROM messages)))
        ) AS found (x) WHERE x IS NOT NULL";
    let found = client.query(sql, &[])?;
    client.query_one("SELECT 'well'::mood", &[])?;
    Ok(found.iter().map(|row| row.get(0)).collect())
}

/// sqlx prepares once for each session.
async fn add(pool: &PgPool, name: &str) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar("INSERT INTO users (email, full_name) VALUES ($1, $1) RETURNING id")
        .bind(name)
        .fetch_one(pool)
        .await
}

/// Prepares for each call.
fn rename(client: &mut Client, id: i32, name: &str) -> Result<u64, Error> {
    client.execute("UPDATE users SET full_name = $2 WHERE id = $1", &[&id, &name])
}

/// The verdict on this answer.
pub(crate) fn judge(grader: fn() -> Grader) -> Verdict {
    let exercise = exercise::exercise("7").unwrap();
    let servers = Servers::from_env().unwrap().in_memory();
    let databases = servers.get(&grader().needs).unwrap();
    let program = || {
        let program = Program::new(std::env::current_exe().unwrap()).clear_env();
        let program = program.args(["--exact", "answer::serves", "--nocapture"]);
        Ok(AnswerProgram::of(program.env("PGLINGS_KIT_ANSWER", "1")))
    };
    grade::run(RUN_LIMIT, Purpose::Learning, exercise, grader, &program, &databases).unwrap()
}

/// The names and states of a verdict's checks.
pub(crate) fn states(verdict: &Verdict) -> Vec<(&str, State)> {
    assert_eq!(verdict.message, "");
    let checks = verdict.checks.iter();
    checks.map(|check| (check.name.as_str(), message::told(check).state)).collect()
}
