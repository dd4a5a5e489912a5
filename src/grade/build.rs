//! Builds one exercise: a call of the compiler, and what it says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::queries::Queries;
use super::toolchain::Toolchain;
use crate::error::{Error, PathContext, Result};
use crate::exercise::Exercise;
use crate::exercise::files::Workbook;
use crate::process::{Finished, Program, ending_of_any};

/// What came of a build.
pub enum Build {
    /// The program.
    Program(Box<Built>),
    /// The compiler's own words, with its colours.
    DoesNotCompile(String),
}

/// A program. It is gone when this is dropped.
pub struct Built {
    folder: TempDir,
    /// What it is linked with stays as long.
    _toolchain: Toolchain,
}

impl Built {
    /// Where it is.
    pub fn path(&self) -> PathBuf {
        program_in(self.folder.path())
    }
}

fn program_in(folder: &Path) -> PathBuf {
    folder.join(format!("program{}", std::env::consts::EXE_SUFFIX))
}

/// How long the compiler may take over the answer. It usually takes a fifth of a second.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// The most of the compiler's words that are kept, in bytes.
pub(crate) const LONGEST: usize = 16 << 20;

/// Builds an answer to an exercise, as it stands in this file of the workbook.
/// `queries` is where its macros may ask about SQL.
pub fn build(
    workbook: &Workbook,
    exercise: &Exercise,
    file: &Path,
    queries: Option<&Queries>,
) -> Result<Build> {
    build_within(ANSWER_LIMIT, workbook, exercise, file, queries)
}

/// The same with another limit for the compiler.
pub fn build_within(
    limit: Duration,
    workbook: &Workbook,
    exercise: &Exercise,
    file: &Path,
    queries: Option<&Queries>,
) -> Result<Build> {
    let toolchain = Toolchain::of(workbook)?;
    let (bench, alone) = toolchain.bench(exercise.stem)?;
    let program = program_in(&bench);
    // Named as seen from the workbook, so that the compiler's words have the same name.
    let words = toolchain.words(&toolchain.layout(), exercise.stem, file, &program);
    let mut incremental = std::ffi::OsString::from("incremental=");
    incremental.push(toolchain.incremental());
    // In fewer pieces than it would make of it: there are more than a hundred, most of them tiny.
    let rustc = Program::new(toolchain.rustc()).args(words).arg("-Ccodegen-units=16");
    let rustc = rustc.arg("-C").arg(incremental);
    let rustc = toolchain.tell(rustc, exercise.stem, &workbook.root().join("exercises"));
    let rustc = match queries {
        Some(queries) => queries.tell(rustc, None),
        None => rustc,
    };
    let finished = rustc.dir(workbook.root()).keep(LONGEST).run(limit)?;
    crate::interrupt::check()?;
    if finished.success() && program.is_file() {
        // Out of the way of the next one.
        let folder = toolchain.desk()?;
        let run = program_in(folder.path());
        fs::rename(&program, &run).at("move", &program)?;
        drop(alone);
        return Ok(Build::Program(Box::new(Built { folder, _toolchain: toolchain })));
    }
    if finished.status.is_none() {
        return Ok(Build::DoesNotCompile(too_long(limit)));
    }
    // A compiler that cannot write says nothing of the answer.
    if let Some(full) = crate::error::full(&finished.stderr.text(), NO_ROOM) {
        return Err(full);
    }
    Ok(Build::DoesNotCompile(refused(&finished, u64::MAX)?.0.join("\n")))
}

/// What a full disk keeps us from.
const NO_ROOM: &str = "the compiler cannot write what it builds, in the folder `target`";

/// What is said of an answer that keeps the compiler busy for so long.
pub(crate) fn too_long(limit: Duration) -> String {
    format!(
        "The compiler was still at it after {} seconds, and was stopped. It usually takes one or \
         two. Something in this file keeps it busy, such as a macro that expands into ever more \
         of itself, or a constant that takes long to compute. Take out what you wrote last, and \
         check again.",
        limit.as_secs()
    )
}

/// What a compiler has said that made no program: its errors, and the files that they are in. `file`
/// is the size of the largest file that it might write, in bytes.
///
/// # Errors
///
/// When it said nothing of the answer: it did not start, or there was something wrong with the call.
pub(crate) fn refused(finished: &Finished, file: u64) -> Result<(Vec<String>, BTreeSet<String>)> {
    let said = finished.stderr.text();
    let (mut errors, mut files) = (Vec::new(), BTreeSet::new());
    for line in said.lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        if error(&message, &mut errors) {
            let spans = message["spans"].as_array().into_iter().flatten();
            let files_of = spans.filter_map(|span| outermost(span)["file_name"].as_str());
            files.extend(files_of.map(str::to_owned));
        }
    }
    if !errors.is_empty() {
        return Ok((errors, files));
    }
    // It may have been stopped for what it took, or the sandbox did not let it start.
    let how = finished.status.map(|status| ending_of_any(status, file));
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    let last = none_left(&said).unwrap_or(last);
    let words = format!("The compiler {}. {last}", how.unwrap_or_default());
    // Its own panic, or LLVM's end, or a signal, which bubblewrap tells of as a shell does.
    let its_own = match finished.status.map(|status| status.code()) {
        Some(Some(code)) => code == 101 || code > 128,
        Some(None) => true,
        None => false,
    };
    if its_own || said.contains("memory") || said.contains("LLVM ERROR") {
        return Ok((vec![words], files));
    }
    Err(Error::Content(words))
}

/// What the system says when it gives no more processes.
const NONE_LEFT: &str = "Resource temporarily unavailable";

/// The line that says so, if one does.
pub(crate) fn none_left(said: &str) -> Option<&str> {
    said.lines().find(|line| line.contains(NONE_LEFT))
}

/// Keeps what a message of the compiler says, if it is an error. Returns whether it was one.
fn error(message: &Value, errors: &mut Vec<String>) -> bool {
    let text = message["rendered"].as_str().unwrap_or_default();
    // "aborting due to 2 previous errors" says nothing that the errors do not.
    if message["level"] != "error" || text.contains("aborting due to") {
        return false;
    }
    let length: usize = errors.iter().map(String::len).sum();
    if length + text.len() <= LONGEST {
        errors.push(without_source_line(text));
    }
    true
}

/// What sqlx's macros say of a query that the server refused ends with "at line 1188", which is a line of
/// PostgreSQL's own source.
fn without_source_line(text: &str) -> String {
    const REFUSED: &str = "error returned from database: ";
    let Some(start) = text.find(REFUSED) else { return text.to_owned() };
    let end = start + text[start..].find('\n').unwrap_or(text.len() - start);
    let (before, line, after) = (&text[..start], &text[start..end], &text[end..]);
    match line.rsplit_once(" at line ") {
        Some((what, rest)) if rest.starts_with(|c: char| c.is_ascii_digit()) => {
            format!(
                "{before}{what}{}{after}",
                rest.trim_start_matches(|c: char| c.is_ascii_digit())
            )
        }
        _ => text.to_owned(),
    }
}

/// The place in the source that a span within macros comes from.
fn outermost(mut span: &Value) -> &Value {
    while span["expansion"]["span"].is_object() {
        span = &span["expansion"]["span"];
    }
    span
}

/// Text without the compiler's colours.
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // To the letter that ends the sequence.
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_postgresqls_own_source_is_not_told() {
        let text =
            "error: error returned from database: no such at line 7: x at line 1188\u{1b}[0m\n 2 |";
        let told = "error: error returned from database: no such at line 7: x\u{1b}[0m\n 2 |";
        assert_eq!(without_source_line(text), told);
        assert_eq!(without_source_line("at line 7"), "at line 7");
    }
}
