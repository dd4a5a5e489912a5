//! `pglings grade`: submissions in, a gradebook out.

use std::fs;
use std::path::Path;
use std::thread;

use super::Context;
use crate::activity;
use crate::class::compile::Compiler;
use crate::class::course::Course;
use crate::class::desk::Desk;
use crate::class::gradebook::{Gradebook, Part};
use crate::class::grading::{Class, part};
use crate::class::intake::{self, Reading};
use crate::class::journal::Journal;
use crate::class::merge;
use crate::class::roster::Roster;
use crate::class::toolchain::Toolchain;
use crate::class::written;
use crate::cli::{Grade, GradeAction, GradeOut};
use crate::error::{Context as _, Error, Result};
use crate::grade::verdict::Status;
use crate::report::gradebook::{self, summary};
use crate::report::message;
use crate::sandbox::{Kind, Sandbox, user};

/// The gradebook that other machines' are joined with.
const JSON: &str = "gradebook.json";

pub(super) fn run(context: &Context, options: &Grade) -> Result<u8> {
    if let Some(GradeAction::Merge { parts, out }) = &options.action {
        return finish(context, &join(parts)?, out);
    }
    let course = options.course.as_deref().map_or_else(|| Ok(Course::default()), Course::read)?;
    let course = course.only(&options.exercise)?;
    let roster = options.roster.as_deref().map(Roster::read).transpose()?;
    let mut reading = intake::find(&options.paths, roster.as_ref(), &course)?;
    if reading.is_empty() {
        let paths: Vec<String> =
            options.paths.iter().map(|path| path.display().to_string()).collect();
        let notes: String =
            reading.notes.iter().map(|note| format!("\n  {}", gradebook::harmless(note))).collect();
        return Err(Error::Usage(format!(
            "there is no submission in {}: no folder, no archive and no exercise file.{notes}",
            paths.join(", ")
        )));
    }
    if let Some(one) = options.partition {
        reading.retain(|id| part(id, one.count) == one.index);
    }
    for note in &reading.notes {
        activity::note(&gradebook::harmless(note));
    }
    let mut gradebook = grade(context, options, &course, reading)?;
    gradebook.part = options.partition.map(|one| Part { number: one.index + 1, of: one.count });
    finish(context, &gradebook, &options.out)
}

fn grade(
    context: &Context,
    options: &Grade,
    course: &Course,
    reading: Reading<'_>,
) -> Result<Gradebook> {
    let launcher = std::env::current_exe().context("cannot tell which program this is")?;
    let wanted = options.sandbox.parse().map_err(|why| {
        Error::Usage(format!("there is no sandbox {:?}: {why}.", options.sandbox))
    })?;
    let sandbox = Sandbox::choose(wanted, launcher)?;
    let (journal, known) = Journal::open(&options.out.out)?;
    if !known.is_empty() {
        activity::note(&format!("Going on: {} answers are graded already.", known.len()));
    }
    activity::note(&match sandbox.kind() {
        Kind::None => "Sandbox: none. Answers can do whatever this user can.".to_owned(),
        kind => format!("Sandbox: {}.", kind.name()),
    });
    let desk = Desk::new()?;
    let toolchain = {
        let _work = activity::begin("what exercises stand on is built, if it is not there");
        Toolchain::prepare(&context.workbook, desk.path(), user(0))?
    };
    // A job waits half of its time, for the server or the compiler.
    let jobs = 2 * thread::available_parallelism().map_or(1, usize::from);
    let class = Class {
        course,
        compiler: &Compiler { toolchain, sandbox },
        servers: &context.servers().in_memory(),
        desk: desk.path(),
        jobs: options.jobs.map_or(jobs, usize::from),
        words: message::text,
    };
    let graded = class.grade(reading, &journal, known);
    graded.inspect_err(|_| {
        activity::note("What was graded is kept. The same command goes on from there.");
    })
}

/// Reads the gradebooks of parts.
fn join(parts: &[std::path::PathBuf]) -> Result<Gradebook> {
    let read = |dir: &std::path::PathBuf| {
        let path = dir.join(JSON);
        let text = fs::read_to_string(&path)
            .map_err(|error| Error::Usage(format!("cannot read {}: {error}.", path.display())))?;
        let gradebook = merge::read(&text)
            .map_err(|why| Error::Usage(format!("{}: {why}.", path.display())))?;
        Ok((dir.display().to_string(), gradebook))
    };
    let parts = parts.iter().map(read).collect::<Result<Vec<_>>>()?;
    merge::merge(parts).map_err(|why| Error::Usage(format!("these are no parts of one: {why}.")))
}

/// Writes the gradebook and says what is in it.
fn finish(context: &Context, gradebook: &Gradebook, out: &GradeOut) -> Result<u8> {
    let dir: &Path = &out.out;
    written::put(dir, &gradebook::files(gradebook, &out.format))?;
    context.print(&summary::draw(gradebook, &out.format, dir, context.look))?;
    let has = |status| gradebook.answers.values().any(|graded| graded.status == status);
    Ok(match () {
        () if has(Status::Broken) => Status::Broken.exit_code(),
        () if [Status::NoServer, Status::NeedsNewer, Status::NeedsMore].into_iter().any(has) => {
            Status::NoServer.exit_code()
        }
        () => 0,
    })
}
