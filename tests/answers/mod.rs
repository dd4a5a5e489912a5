//! What the programs of the modules have in common: each has the lessons of a module and all answers to its
//! exercises. Every lesson says what its transcript says, every solution and other right answer passes, no
//! check of a stub does, and every wrong answer is caught by the check it names.
//!
//! The answers are compiled into the program, which serves as the answer's process when it is started with
//! `PGLINGS_ANSWER`: much quicker than a program each. A program a module is compiled beside others, and
//! whoever changes an answer compiles no other module.

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
use pglings::postgres::servers::Servers;
use pglings::process::Program;
use pglings::report::transcript;

/// How long an answer may take. What is judged here is no speed, and the machine is full.
const LIMIT: Duration = Duration::from_secs(60);

/// How many are judged at a time on each processor: while one waits, another computes.
const AT_A_TIME: usize = 2;

/// One answer to one exercise.
pub(crate) struct Answer {
    pub(crate) kind: Kind,
    pub(crate) stem: &'static str,
    pub(crate) label: &'static str,
    pub(crate) text: &'static str,
    pub(crate) main: fn() -> ExitCode,
}

#[derive(Clone, Copy, PartialEq)]
#[allow(dead_code, reason = "not every program has all kinds")]
pub(crate) enum Kind {
    Solution,
    Stub,
    Right,
    Wrong,
}

impl Answer {
    pub(crate) fn id(&self) -> String {
        format!("{}::{}", self.stem, self.label)
    }
}

/// The program of a module: its lessons and these answers.
#[allow(dead_code, reason = "one program has no module")]
pub(crate) fn of_module(module: &str, answers: &'static [Answer]) -> ExitCode {
    program(answers, |servers| {
        let lessons = lessons().iter().filter(|lesson| lesson.folder == module);
        let lessons = lessons.map(|lesson| {
            let servers = Arc::clone(servers);
            Trial::ignorable_test(format!("lesson::{}", lesson.stem), move || {
                transcript(lesson, &servers)
            })
        });
        let judged = answers.iter().map(|answer| {
            let servers = Arc::clone(servers);
            Trial::ignorable_test(answer.id(), move || {
                let exercise = content::exercise(answer.stem);
                let exercise = exercise.ok_or("there is no grader for this answer")?;
                judge_by(exercise, graders::of(exercise), answer, &servers)
            })
        });
        lessons.chain(judged).collect()
    })
}

/// A program that serves as any of these answers, and else makes trials.
pub(crate) fn program(
    answers: &'static [Answer],
    trials: impl FnOnce(&Arc<Servers>) -> Vec<Trial>,
) -> ExitCode {
    if let Ok(id) = std::env::var("PGLINGS_ANSWER") {
        let answer = answers.iter().find(|answer| answer.id() == id);
        return answer.map_or(ExitCode::FAILURE, |answer| (answer.main)());
    }
    let servers = Servers::from_env().expect("PGLINGS_SERVER names a source");
    let servers = Arc::new(servers.in_memory());
    let trials = trials(&servers);
    let mut arguments = Arguments::from_args();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    arguments.test_threads.get_or_insert(AT_A_TIME * processors);
    let conclusion = libtest_mimic::run(&arguments, trials);
    // The server ends with its last user, and a static or an early exit would keep it running.
    drop(servers);
    conclusion.exit_code()
}

pub(crate) fn transcript(lesson: &Lesson, servers: &Servers) -> Result<Completion, Failed> {
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

pub(crate) fn judge_by(
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

pub(crate) fn run(
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
