//! The content holds: every lesson says what its transcript says, every solution and other right
//! answer passes, no check of a stub does, and every wrong answer is caught by the check it names.
//!
//! All the answers are compiled into this one program, which serves as the answer's process when
//! it is started with `PGLINGS_ANSWER`: much quicker than a program each.

#![allow(clippy::duplicate_mod, reason = "wrong answers borrow what is right from the solution")]

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use pglings::Error;
use pglings::exercise::{self as content, Exercise};
use pglings::grade::answer::AnswerProgram;
use pglings::grade::verdict::{Check, Status, Verdict};
use pglings::grade::{Grader, Purpose, graders};
use pglings::lesson::catalogue::{Lesson, lessons};
use pglings::lesson::run::Stage;
use pglings::postgres::database::Databases;
use pglings::postgres::needs::Needs;
use pglings::postgres::servers::Servers;
use pglings::postgres::source::Choice;
use pglings::process::Program;
use pglings::report::transcript;

include!(concat!(env!("OUT_DIR"), "/answers.rs"));

/// What `pglings dev new` writes passes as it is: its answers are judged by its grader.
#[path = "workbook/templates.rs"]
mod templates;
use templates::TEMPLATES;

/// Where the template of a grader finds what it takes from `crate`.
mod grade {
    pub(crate) use pglings::grade::kit;
}
mod lesson {
    pub(crate) use pglings::lesson::fixtures;
}

/// How long an answer may take. What is judged here is no speed, and the machine is full.
const LIMIT: Duration = Duration::from_secs(60);

/// One answer to one exercise.
struct Answer {
    kind: Kind,
    stem: &'static str,
    label: &'static str,
    text: &'static str,
    main: fn() -> ExitCode,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Solution,
    Stub,
    Right,
    Wrong,
}

impl Answer {
    fn id(&self) -> String {
        format!("{}::{}", self.stem, self.label)
    }
}

fn main() -> ExitCode {
    if let Ok(id) = std::env::var("PGLINGS_ANSWER") {
        let answer = ANSWERS.iter().chain(TEMPLATES).find(|answer| answer.id() == id);
        return answer.map_or(ExitCode::FAILURE, |answer| (answer.main)());
    }
    let servers = Servers::from_env().expect("PGLINGS_SERVER names a source");
    let servers = Arc::new(servers.in_memory());
    let mut trials: Vec<Trial> = lessons()
        .iter()
        .map(|lesson| {
            let servers = Arc::clone(&servers);
            Trial::ignorable_test(format!("lesson::{}", lesson.stem), move || {
                transcript(lesson, &servers)
            })
        })
        .collect();
    trials.extend(ANSWERS.iter().chain(TEMPLATES).map(|answer| {
        let servers = Arc::clone(&servers);
        Trial::ignorable_test(answer.id(), move || judge(answer, &servers))
    }));
    let servers_of_panic = Arc::clone(&servers);
    trials.push(Trial::test("engine::a_grader_that_panics_is_broken_content", move || {
        a_grader_that_panics(&servers_of_panic)
    }));
    let servers_of_newer = Arc::clone(&servers);
    trials.push(Trial::test("engine::what_needs_a_newer_server_is_ignored", move || {
        what_needs_a_newer_server(&servers_of_newer)
    }));
    let mut arguments = Arguments::from_args();
    // They wait for the server, and for timeouts that they test, far more than they compute.
    arguments.test_threads.get_or_insert(8);
    let conclusion = libtest_mimic::run(&arguments, trials);
    // The server ends with its last user, and a static or an early exit would keep it running.
    drop(servers);
    conclusion.exit_code()
}

fn transcript(lesson: &Lesson, servers: &Servers) -> Result<Completion, Failed> {
    let definition = (lesson.definition)();
    let databases = match servers.get(&definition.needs) {
        Err(Error::NeedsNewer(why) | Error::NeedsMore(why)) => {
            return Ok(Completion::ignored_with(why));
        }
        databases => databases?,
    };
    let mut stage = Stage::of(&definition, &databases)?;
    let ran = transcript::of(lesson, &mut stage)?;
    let path = format!("{}/{}", env!("CARGO_MANIFEST_DIR"), lesson.transcript_path());
    let blessed = std::fs::read_to_string(&path)?;
    if let Some((blessed, ran)) = transcript::difference(&blessed, &ran) {
        return Err(format!(
            "{} differs; if the lesson is right, `cargo run -- dev bless {}`\n  there: {blessed}\n  ran:   {ran}",
            lesson.transcript_path(),
            lesson.number
        )
        .into());
    }
    Ok(Completion::Completed)
}

fn judge(answer: &Answer, servers: &Servers) -> Result<Completion, Failed> {
    let template = (answer.stem == templates::EXERCISE.stem).then_some(&templates::EXERCISE);
    let exercise = template.or_else(|| content::exercise(answer.stem));
    let exercise = exercise.ok_or("there is no grader for this answer")?;
    let grader = match template {
        Some(_) => templates::grade,
        None => graders::of(exercise),
    };
    judge_by(exercise, grader, answer, servers)
}

fn judge_by(
    exercise: &Exercise,
    grader: fn() -> Grader,
    answer: &Answer,
    servers: &Servers,
) -> Result<Completion, Failed> {
    let databases = match servers.get(&grader().needs) {
        Err(Error::NeedsNewer(why) | Error::NeedsMore(why)) => {
            return Ok(Completion::ignored_with(why));
        }
        databases => databases?,
    };
    let verdict = run(answer, exercise, grader, &databases)?;
    let failed: Vec<&str> =
        verdict.checks.iter().filter(|c| c.failed()).map(|c| c.name.as_str()).collect();
    let told = format!("{:?}, {}\n{:#?}", verdict.status, verdict.message, verdict.checks);
    match answer.kind {
        Kind::Solution | Kind::Right if verdict.status != Status::Passed => {
            Err(format!("a right answer was judged {told}").into())
        }
        // That a function is still to be written is told once.
        Kind::Stub
            if verdict.status != Status::Failed || verdict.checks.iter().any(Check::passed) =>
        {
            Err(format!("no check of the stub may pass, and it was judged {told}").into())
        }
        Kind::Wrong => {
            let first = answer.text.lines().next().unwrap_or_default();
            let expected = first
                .strip_prefix("//! caught by: ")
                .ok_or("its first line has to be `//! caught by: NAME OF THE CHECK`")?;
            if failed == [expected] {
                Ok(Completion::Completed)
            } else {
                Err(format!("{expected:?} has to catch it, and it was judged {told}").into())
            }
        }
        _ => Ok(Completion::Completed),
    }
}

fn run(
    answer: &Answer,
    exercise: &Exercise,
    grader: fn() -> Grader,
    databases: &Databases,
) -> Result<Verdict, Failed> {
    let own = std::env::current_exe()?;
    let program = || {
        let program = Program::new(&own).clear_env();
        Ok(AnswerProgram::of(program.env("PGLINGS_ANSWER", answer.id())))
    };
    Ok(pglings::grade::run(LIMIT, Purpose::Judging, exercise, grader, &program, databases)?)
}

fn a_grader_that_panics(servers: &Servers) -> Result<(), Failed> {
    let honest = ANSWERS.iter().find(|answer| answer.kind == Kind::Solution).ok_or("no answer")?;
    let exercise = content::exercise(honest.stem).ok_or("no exercise")?;
    let grader = || pglings::grade::kit::grader(&[], |_| panic!("on purpose"));
    let verdict = run(honest, exercise, grader, &*servers.get(&Needs::NOTHING)?)?;
    if (verdict.status, verdict.status.exit_code()) == (Status::Broken, 4) {
        Ok(())
    } else {
        Err(format!("{verdict:?}").into())
    }
}

/// A lesson that needs what no server has.
mod more {
    use pglings::lesson::prelude::*;

    pub(super) const IN_SHORT: Words = Words;

    pglings::lesson! {
        fixture: EMPTY,
        needs: Needs::extensions(&["nothing_of_the_kind"]),
        minutes: 1,
        steps: [IN_SHORT],
    }
}

/// A lesson that no server is new enough for.
mod newer {
    use pglings::lesson::prelude::*;

    pub(super) const IN_SHORT: Words = Words;

    pglings::lesson! { fixture: EMPTY, needs: 99, minutes: 1, steps: [IN_SHORT] }
}

fn what_needs_a_newer_server(servers: &Servers) -> Result<(), Failed> {
    let databases = servers.get(&Needs::NOTHING)?;
    let honest = ANSWERS.iter().find(|answer| answer.kind == Kind::Solution).ok_or("no answer")?;
    let exercise = content::exercise(honest.stem).ok_or("no exercise")?;
    let grader = || Grader {
        needs: 99.into(),
        ..pglings::grade::kit::grader(&[], |_| panic!("it was not to be tried"))
    };
    let verdict = run(honest, exercise, grader, &databases)?;
    if verdict.status != Status::NeedsNewer || verdict.status.exit_code() != 3 {
        return Err(format!("{verdict:?}").into());
    }
    // Named, as nothing is to be fetched in search of a newer one.
    let named = Servers::new(Choice::Url(databases.server.address.url()), |_| {});
    let lesson = Lesson { definition: newer::lesson, ..lessons()[0] };
    for came in [transcript(&lesson, &named)?, judge_by(exercise, grader, honest, &named)?] {
        match came {
            Completion::Ignored { reason: Some(why) } if why.contains("PostgreSQL 99") => {}
            _ => return Err("it was not ignored by that name".into()),
        }
    }
    let lesson = Lesson { definition: more::lesson, ..lessons()[0] };
    match transcript(&lesson, &named)? {
        Completion::Ignored { reason: Some(why) } if why.contains("nothing_of_the_kind") => {}
        _ => return Err("a lesson was walked without what it needs".into()),
    }
    Ok(())
}
