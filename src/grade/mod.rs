//! Grading: build an answer, run it under supervision, judge it.
//!
//! The answer is a process of its own that only computes: the checks run here, in `pglings`, call
//! its functions through [`answer`], and look at what came back, at the database and at the wire.
//! So there is no verdict in the answer's process that could be forged.

pub mod answer;
pub mod build;
pub mod graders;
pub mod kit;
pub mod message;
pub mod ports;
pub mod queries;
pub mod toolchain;
pub mod verdict;
pub(crate) mod watch;

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use self::answer::AnswerProgram;
use self::build::Build;
pub use self::kit::Grader;
use self::kit::{Grading, Message, Stop};
use self::queries::Queries;
pub use self::verdict::Verdict;
use self::verdict::{Check, State, Status};
use crate::call::call;
use crate::error::{Context, Error, Result};
use crate::exercise::files::{File, Workbook};
use crate::exercise::{self, Exercise, checked};
use crate::lesson::catalogue::Lesson;
use crate::lesson::fixtures;
use crate::postgres::database::{Databases, Fixture};
use crate::postgres::needs::OLDEST;
use crate::postgres::servers::Servers;

/// What the grader of an exercise says.
pub fn grader_of(exercise: &Exercise) -> Grader {
    graders::of(exercise)()
}

/// The major version that a lesson or its exercise needs, if not every server will do.
pub fn needs(lesson: &Lesson) -> Option<u32> {
    let exercise = exercise::exercise(lesson.stem).map(|exercise| grader_of(exercise).needs.least);
    let needs = (lesson.definition)().needs.least.max(exercise.unwrap_or(OLDEST));
    (needs > OLDEST).then_some(needs)
}

/// How long a run may take unless its grader asks for more.
pub const RUN_LIMIT: Duration = Duration::from_secs(10);

/// Grades the learner's file as it stands: builds and runs it.
///
/// The server is found, or started, while the compiler works. An `Err` is a fault of pglings or of
/// the machine, or Ctrl-C; that there is no server is a verdict too.
pub fn check(workbook: &Workbook, exercise: &Exercise, servers: &Servers) -> Result<Verdict> {
    let text = match workbook.read(exercise) {
        File::Begun(text) => text,
        other => return Ok(no_answer(exercise, other)),
    };
    judge(workbook, exercise, servers, text, |text, queries| {
        build_what_is_there(workbook, exercise, text, queries)
    })
}

/// Grades our own solution in the same way.
pub fn check_solution(
    workbook: &Workbook,
    exercise: &Exercise,
    servers: &Servers,
) -> Result<Verdict> {
    let file = format!("solutions/{}/{}.rs", exercise.folder, exercise.stem);
    judge(workbook, exercise, servers, exercise.solution.to_owned(), |text, queries| {
        let built = build::build(workbook, exercise, Path::new(&file), queries)?;
        Ok(Ok((built, text)))
    })
}

/// Builds, and meanwhile finds the server and makes the first databases there. Then judges.
fn judge(
    workbook: &Workbook,
    exercise: &Exercise,
    servers: &Servers,
    text: String,
    build: impl FnOnce(String, Option<&Queries>) -> Result<Result<(Build, String), Verdict>>,
) -> Result<Verdict> {
    // An answer whose queries the compiler checks waits for the server.
    let queries = match queries(exercise, servers, &text) {
        Ok(queries) => queries,
        Err(error) => return Ok(Verdict { answer: Some(text), ..without(exercise, error)? }),
    };
    let began = Instant::now();
    let (built, databases) = thread::scope(|scope| {
        let databases = scope.spawn(|| ahead(exercise, servers));
        let built = build(text, queries.as_ref());
        let took = began.elapsed();
        (built.map(|built| (built, took)), databases.join())
    });
    if let Some(queries) = queries {
        queries.keep(&workbook.root().join("exercises"))?;
        // That a server went away is no fault of the answer's.
        if let (Ok((Ok((Build::DoesNotCompile(_), _)), _)), Err(error)) = (&built, queries.alive())
        {
            return without(exercise, error);
        }
    }
    let databases = databases.map_err(|_| Error::Bug("the search for a server panicked".into()))?;
    let (built, took) = built?;
    let (built, text) = match built {
        Ok(built) => built,
        Err(verdict) => return Ok(verdict),
    };
    let about = |verdict| Verdict { build: took, answer: Some(text), ..verdict };
    let program = match &built {
        Build::Program(built) => || Ok(AnswerProgram::at(built.path(), workbook.root())),
        Build::DoesNotCompile(message) => {
            return Ok(about(Verdict {
                message: message.clone(),
                ..Verdict::new(exercise, Status::DoesNotCompile)
            }));
        }
    };
    let databases = match databases {
        Ok(databases) => databases,
        Err(error) => return Ok(about(without(exercise, error)?)),
    };
    let grader = graders::of(exercise);
    run(RUN_LIMIT, Purpose::Learning, exercise, grader, &program, &databases).map(about)
}

/// A database for the compiler, if an answer has queries that it checks.
fn queries(exercise: &Exercise, servers: &Servers, text: &str) -> Result<Option<Queries>> {
    if !checked::has_any(text) {
        return Ok(None);
    }
    let databases = servers.get(&grader_of(exercise).needs)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listener = listener.context("cannot listen on the loopback")?;
    let folder = std::env::temp_dir();
    Queries::new(&databases, &compiled_on(exercise), listener, &folder, None).map(Some)
}

/// What the queries of an answer are compiled against.
pub fn compiled_on(exercise: &Exercise) -> Fixture {
    let first = || list(exercise, graders::of(exercise)).ok()?.fixtures().into_iter().next();
    grader_of(exercise).compiled_on.or_else(first).unwrap_or(fixtures::EMPTY)
}

/// The databases of the server that an exercise is graded on, of which the first that its checks ask for
/// are made already.
fn ahead(exercise: &Exercise, servers: &Servers) -> Result<Arc<Databases>> {
    let databases = servers.get(&grader_of(exercise).needs)?;
    // A grader that cannot list its checks is told of when they are made.
    let fixtures =
        list(exercise, graders::of(exercise)).map(|grading| grading.fixtures()).unwrap_or_default();
    fixtures.iter().take(kit::AHEAD).for_each(|fixture| databases.make_ahead(fixture));
    Ok(databases)
}

/// How often a file that changes while it is built is built again.
const BUILDS: usize = 10;

/// Builds the learner's file, and says which text of it that was: somebody may save it meanwhile.
/// In place of both, the verdict on a file that has no answer any more.
fn build_what_is_there(
    workbook: &Workbook,
    exercise: &Exercise,
    mut text: String,
    queries: Option<&Queries>,
) -> Result<Result<(Build, String), Verdict>> {
    let file = exercise.path();
    for _ in 0..BUILDS {
        let built = build::build(workbook, exercise, Path::new(&file), queries);
        match workbook.read(exercise) {
            File::Begun(now) if now == text => return Ok(Ok((built?, text))),
            File::Begun(now) => text = now,
            other => return Ok(Err(no_answer(exercise, other))),
        }
        // What went wrong with a text that is gone says nothing, unless it was we who were stopped.
        crate::interrupt::check()?;
    }
    Err(Error::Usage(format!(
        "{} changes each time while it is built. Let it rest, and check again.",
        exercise.path()
    )))
}

/// The verdict on a file without an answer.
fn no_answer(exercise: &Exercise, file: File) -> Verdict {
    match file {
        File::Unreadable(why) => Verdict {
            message: format!(
                "{why}. To start anew: {}",
                call(&format!("reset {}", exercise.number))
            ),
            ..Verdict::new(exercise, Status::DoesNotCompile)
        },
        File::Untouched | File::Begun(_) => Verdict::new(exercise, Status::NotStarted),
    }
}

/// The verdict on an answer for which there is no server, if that is the fault.
pub fn without(exercise: &Exercise, error: Error) -> Result<Verdict> {
    let (status, message) = match error {
        Error::NoServer(_) | Error::Server { .. } => (Status::NoServer, error.to_string()),
        Error::NeedsNewer(why) => (Status::NeedsNewer, why),
        Error::NeedsMore(why) => (Status::NeedsMore, why),
        error => return Err(error),
    };
    Ok(Verdict { message, ..Verdict::new(exercise, status) })
}

/// What a verdict is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be learned from: what differs is cut down to a small counterexample, and the database of
    /// the first check that failed is kept for a look inside.
    Learning,
    /// The verdict alone, which is quicker, and the same for the same answer.
    Judging,
}

/// Judges an answer that is built already. It has this long for everything that is asked of it.
/// `program` makes what is started: more than once, if the first ends before its time.
pub fn run(
    limit: Duration,
    purpose: Purpose,
    exercise: &Exercise,
    grader: fn() -> Grader,
    program: &dyn Fn() -> Result<AnswerProgram>,
    databases: &Databases,
) -> Result<Verdict> {
    let mut verdict = Verdict::new(exercise, Status::Passed);
    let needs = grader().needs;
    if let Err(error) = databases.server.has(&needs) {
        return without(exercise, error);
    }
    let began = Instant::now();
    let list = || list(exercise, grader);
    let terms = kit::Terms { stem: exercise.stem, may: needs.may, purpose, limit };
    let finished = kit::run(databases, &list, program, terms)?;
    verdict.run = began.elapsed();
    verdict.output = finished.output;
    verdict.kept = finished.kept;
    verdict.checks = finished.checks;
    if verdict.checks.iter().any(|check| !check.passed()) {
        verdict.status = Status::Failed;
    }
    match finished.stopped {
        None => {
            if verdict.checks.is_empty() {
                verdict.status = Status::Broken;
                verdict.message = format!("the grader of {} checked nothing", exercise.stem);
            }
        }
        Some(Stop::Wrong(message)) => fail_as_a_whole(&mut verdict, message),
        Some(Stop::NotTried(text) | Stop::Unwritten { message: text, .. }) => {
            fail_as_a_whole(&mut verdict, text.into());
        }
        Some(Stop::TimedOut(message)) => {
            verdict.status = Status::TimedOut;
            verdict.message = message;
        }
        Some(Stop::Crashed(message)) => {
            verdict.status = Status::Crashed;
            verdict.message = message;
        }
        Some(Stop::Fault(Error::Interrupted)) => return Err(Error::Interrupted),
        Some(Stop::Fault(error @ (Error::NoServer(_) | Error::Server { .. }))) => {
            verdict.status = Status::NoServer;
            verdict.message = error.to_string();
        }
        Some(Stop::Fault(error)) => {
            verdict.status = Status::Broken;
            verdict.message = error.to_string();
        }
    }
    crate::interrupt::check()?;
    Ok(verdict)
}

/// What is wrong is of no single check.
fn fail_as_a_whole(verdict: &mut Verdict, message: Message) {
    let name = "the exercise as a whole".to_owned();
    verdict.checks.push(Check { name, state: State::Failed(message) });
    verdict.status = Status::Failed;
}

/// The checks of an exercise, as its grader lists them.
fn list(exercise: &Exercise, grader: fn() -> Grader) -> Result<Grading, Stop> {
    let mut grading = Grading::default();
    let listed =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (grader().checks)(&mut grading)));
    let panicked = || Error::Content(format!("the grader of {} panicked", exercise.stem));
    listed.unwrap_or_else(|_| Err(panicked().into())).map(|()| grading)
}
