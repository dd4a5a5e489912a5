//! `pglings dev`: for those who write lessons.

mod book;
mod grader;
mod new;
mod queries;

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{Context, lesson_named};
use crate::cli::DevAction;
use crate::error::{Error, PathContext, Result};
use crate::exercise::files::{LARGEST, read_within, write_whole};
use crate::exercise::{exercises, stub};
use crate::grade;
use crate::grade::verdict::Status;
use crate::lesson::catalogue::{Lesson, lessons};
use crate::lesson::run::Stage;
use crate::lesson::step::Action;
use crate::process::Program;
use crate::report::transcript;

pub(super) fn run(context: &Context, action: DevAction) -> Result<u8> {
    match action {
        DevAction::Check => check(context),
        DevAction::Bless { lessons } => bless(context, &lessons),
        DevAction::Stubs => stubs(context),
        DevAction::Book { out } => book::run(context, out),
        DevAction::New { name, module, number } => new::run(context, &name, &module, number),
    }
}

fn bless(context: &Context, wanted: &[String]) -> Result<u8> {
    // A lesson with a new query does not compile without, and so is not known yet.
    queries::bless(context)?;
    let named: Vec<&Lesson> =
        wanted.iter().map(|name| lesson_named(name)).collect::<Result<_>>()?;
    let chosen = if named.is_empty() { lessons().iter().collect() } else { named };
    let servers = context.servers();
    for lesson in chosen {
        let definition = (lesson.definition)();
        let databases = servers.get(&definition.needs)?;
        let mut stage = Stage::of(&definition, &databases)?;
        let page = transcript::of(lesson, &mut stage)?;
        let path = context.workbook.root().join(lesson.transcript_path());
        let there = fs::read_to_string(&path).unwrap_or_default();
        // What was measured then is as good as what was measured now.
        if transcript::difference(&there, &page).is_some() {
            write_whole(&path, page.as_bytes())?;
        }
        context.print(&lesson.transcript_path())?;
    }
    Ok(0)
}

/// The list of targets stands at the end of `exercises/Cargo.toml`, behind this line.
const TARGETS: &str = "# One target per exercise, written by `pglings dev stubs`.\n";

/// Folder and stem of every exercise that this program knows.
fn known() -> Vec<(String, String)> {
    exercises().iter().map(|e| (e.folder.to_owned(), e.stem.to_owned())).collect()
}

fn targets(exercises: &[(String, String)]) -> String {
    let target = |(folder, stem): &(String, String)| {
        format!(
            "\n[[bin]]\nname = \"{stem}\"\npath = \"{folder}/{stem}.rs\"\ntest = false\ndoc = false\n"
        )
    };
    exercises.iter().map(target).collect()
}

fn stubs(context: &Context) -> Result<u8> {
    let root = context.workbook.root();
    for exercise in exercises() {
        let path = root.join(exercise.path());
        let there = text_of(&path);
        let written = root.join(".pglings/stubs").join(format!("{}.rs", exercise.stem));
        if !stub::same(&there, &exercise.stub()) {
            let ours = fs::read_to_string(&written).is_ok_and(|text| text == there);
            if ours || is_committed(root, &exercise.path(), &there) {
                write_whole(&path, exercise.stub().as_bytes())?;
            } else {
                // Whatever stands there may be somebody's answer: kept, like in `reset`.
                context.workbook.reset(exercise)?;
            }
            context.print(&exercise.path())?;
        }
        // The next time it is known as nobody's answer.
        if fs::read_to_string(&written).ok() != Some(exercise.stub()) {
            write_whole(&written, exercise.stub().as_bytes())?;
        }
    }
    write_targets(context, &known())?;
    Ok(0)
}

/// The text of an exercise; none of what cannot be one.
fn text_of(path: &Path) -> String {
    let bytes = read_within(LARGEST, path).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// Whether git has this text under that path, so that nothing is lost with the file.
fn is_committed(root: &Path, path: &str, text: &str) -> bool {
    let show = Program::new("git").args(["show", &format!("HEAD:./{path}")]).dir(root);
    let shown = show.keep(1 << 20).run(Duration::from_secs(10));
    shown.is_ok_and(|shown| shown.success() && shown.stdout.kept == text.as_bytes())
}

/// Writes the list of targets, if it is another.
fn write_targets(context: &Context, exercises: &[(String, String)]) -> Result<()> {
    let path = context.workbook.root().join("exercises/Cargo.toml");
    let manifest = fs::read_to_string(&path).at("read", &path)?;
    let head = manifest.split(TARGETS).next().unwrap_or_default().trim_end();
    let new = format!("{head}\n\n{TARGETS}{}", targets(exercises));
    if new != manifest {
        write_whole(&path, new.as_bytes())?;
        context.print("exercises/Cargo.toml")?;
    }
    Ok(())
}

/// Prints how long the checks of each solution take. One that is slow is told and no fault: another
/// machine, or a busy one, takes longer. Returns those that do not pass.
fn run_times(context: &Context) -> Result<Vec<String>> {
    let (servers, mut faults) = (context.servers(), Vec::new());
    for exercise in exercises() {
        let verdict = grade::check_solution(&context.workbook, exercise, &servers)?;
        if !matches!(verdict.status, Status::Passed | Status::NeedsNewer | Status::NeedsMore) {
            let status = verdict.status.words();
            faults.push(format!("{}: the solution {status}: {}", exercise.stem, verdict.message));
        }
        let (ran, most) = (verdict.run, grade::grader_of(exercise).at_most);
        let above = if ran > most { format!(", and {most:?} are the most") } else { String::new() };
        context.print(&format!("{} runs for {} ms{above}", exercise.stem, ran.as_millis()))?;
    }
    Ok(faults)
}

/// The columns that code has in a terminal of 80, beside its margin.
const WIDTH: usize = 76;

/// What can be told of the files, and how long each solution runs; `cargo test` runs lessons and answers.
fn check(context: &Context) -> Result<u8> {
    let root = context.workbook.root();
    let mut faults = Vec::new();
    for exercise in exercises() {
        if exercise.stub() == exercise.solution {
            faults.push(format!("{}: the solution has no region for the stub", exercise.stem));
        }
        if grade::grader_of(exercise).hints.len() < 3 {
            faults.push(format!("{}: fewer than three hints", exercise.stem));
        }
        let there = text_of(&root.join(exercise.path()));
        if !stub::same(&there, &exercise.stub()) {
            faults.push(format!(
                "{} is not the stub of its solution: pglings dev stubs",
                exercise.path()
            ));
        }
        let path = format!("tests/graders/{}/{}.rs", exercise.folder, exercise.stem);
        let text = fs::read_to_string(root.join(&path)).unwrap_or_default();
        if let Some((opener, instead)) = grader::opens(&text) {
            faults.push(format!("{path}: {opener} is out of reach of a sandbox: {instead}"));
        }
        if !lessons().iter().any(|lesson| lesson.stem == exercise.stem) {
            faults.push(format!("{}: there is no lesson of that name", exercise.stem));
        }
        for (folder, least) in [("wrong", 3), ("right", 2)] {
            let dir = root.join("tests").join(folder).join(exercise.folder).join(exercise.stem);
            let count = fs::read_dir(&dir).map_or(0, Iterator::count);
            if count < least {
                faults.push(format!(
                    "{}: {count} {folder} answers; {least} are the least",
                    exercise.stem
                ));
            }
        }
    }
    for lesson in lessons() {
        let source = lesson.cut();
        if source.title.is_empty() || source.introduction.is_empty() {
            faults.push(format!("{}: no title or no introduction", lesson.path()));
        }
        if !root.join(lesson.transcript_path()).is_file() {
            faults.push(format!("{}: no transcript: pglings dev bless", lesson.path()));
        }
        let steps = (lesson.definition)().steps;
        let code = steps.iter().map(|step| match &step.action {
            Action::Sql(sql) => sql.text,
            Action::Predict(_) | Action::Tell => "",
            _ => source.part(step.name).map_or("", |part| &part.code),
        });
        for line in code.flat_map(str::lines) {
            if textwrap::core::display_width(line) > WIDTH {
                faults.push(format!("{}: longer than {WIDTH} columns: {line}", lesson.path()));
            }
        }
        let of_steps = steps.iter().map(|step| step.name);
        let of_file = source.parts.iter().map(|part| part.name.as_str());
        if !of_steps.eq(of_file) {
            faults.push(format!(
                "{}: the documented items of the file and the list of steps differ",
                lesson.path()
            ));
        }
    }
    let manifest = fs::read_to_string(root.join("exercises/Cargo.toml")).unwrap_or_default();
    if !manifest.ends_with(&targets(&known())) {
        faults.push("exercises/Cargo.toml lists other targets: pglings dev stubs".to_owned());
    }
    faults.extend(queries::faults(context)?);
    // What is not whole need not compile.
    if faults.is_empty() {
        faults = run_times(context)?;
    }
    if faults.is_empty() {
        context.print(&format!(
            "{} lessons, {} exercises: all is well.",
            lessons().len(),
            exercises().len()
        ))?;
        Ok(0)
    } else {
        Err(Error::Content(faults.join("\n")))
    }
}
