//! An answer for tests of the kit itself, and what a grader makes of it.
//!
//! The answer's process is this very program, told to run the one test below.

use pglings::exercise::{self, Exercise, Grader};
use pglings::grade::answer::AnswerProgram;
use pglings::grade::verdict::State;
use pglings::grade::{self, Purpose, RUN_LIMIT, Verdict};
use pglings::postgres::servers::Servers;
use pglings::process::Program;
use postgres::{Client, Error};
use sqlx::PgPool;

use crate::query::{children, eldest, names, shares, users, youngest};

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
    add,
    rename,
    children,
    eldest,
    users,
    youngest,
    names,
    shares
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
    let exercise = Exercise { grader, ..*exercise::exercise("7").unwrap() };
    let servers = Servers::from_env().unwrap().in_memory();
    let databases = servers.get(&[]).unwrap();
    let program = Program::new(std::env::current_exe().unwrap()).clear_env();
    let program = program.args(["--exact", "answer::serves", "--nocapture"]);
    let program = AnswerProgram::of(program.env("PGLINGS_KIT_ANSWER", "1"));
    grade::run(RUN_LIMIT, Purpose::Learning, &exercise, program, &databases).unwrap()
}

/// The names and states of a verdict's checks.
pub(crate) fn states(verdict: &Verdict) -> Vec<(&str, State)> {
    assert_eq!(verdict.message, "");
    verdict.checks.iter().map(|check| (check.name.as_str(), check.state.clone())).collect()
}
