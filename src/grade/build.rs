//! Builds one exercise.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::activity::{self, Work};
use crate::error::{Error, Result};
use crate::exercise::Exercise;
use crate::exercise::files::Workbook;
use crate::interrupt;
use crate::process::{Pipe, Program};

/// What came of a build.
#[derive(Debug)]
pub enum Build {
    /// The program.
    Program(PathBuf),
    /// The compiler's own words, with its colours.
    DoesNotCompile(String),
}

/// A first build compiles what exercises stand on, which takes minutes on a slow machine.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// How long the compiler may take over the answer alone. It usually takes half a second.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// The longest message of cargo's that is read, and the most of the compiler's words that are
/// kept, in bytes.
pub(crate) const LONGEST: usize = 16 << 20;

/// Builds the target of one exercise, and nothing else.
pub fn build(workbook: &Workbook, exercise: &Exercise) -> Result<Build> {
    build_within(ANSWER_LIMIT, workbook, exercise)
}

/// The same with another limit for the answer.
///
/// The package `pglings` is named too, so that cargo settles on the same features of every
/// dependency as `cargo run` did: otherwise it would compile half of them again.
pub fn build_within(limit: Duration, workbook: &Workbook, exercise: &Exercise) -> Result<Build> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let cargo = Program::new(cargo)
        .args(["build", "--package", "pglings", "--package", "exercises", "--bin", exercise.stem])
        .args(["--message-format", "json-diagnostic-rendered-ansi"])
        .dir(workbook.root());
    let mut running = cargo.start()?;
    drop(running.stdin.take());
    let _stopper = interrupt::on(running.stopper());
    let (sender, messages) = mpsc::sync_channel(64);
    if let Some(stdout) = running.stdout.take() {
        thread::spawn(move || read(stdout, &sender));
    }
    let mut heard = Heard::default();
    let mut below = Below::default();
    let began = Instant::now();
    let mut up = began + LIMIT;
    let in_time = loop {
        match messages.recv_timeout(up.saturating_duration_since(Instant::now())) {
            Ok(message) => {
                if is_fresh_harness(&message) {
                    up = up.min(Instant::now() + limit);
                }
                below.take(&message, exercise.stem);
                heard.take(&message, exercise.stem);
            }
            Err(RecvTimeoutError::Disconnected) => break true,
            Err(RecvTimeoutError::Timeout) => break false,
        }
    };
    let status = if in_time { running.wait(LIMIT.saturating_sub(began.elapsed())) } else { None };
    running.end();
    drop(below);
    interrupt::check()?;
    let Heard { mut errors, program } = heard;
    match (program, status) {
        (Some(program), Some(status)) if status.success() => return Ok(Build::Program(program)),
        (_, None) if up < began + LIMIT => errors.push(too_long(limit)),
        _ => {}
    }
    match status {
        _ if !errors.is_empty() => Ok(Build::DoesNotCompile(errors.join("\n"))),
        None => Err(Error::Content(format!(
            "cargo did not finish within {} minutes",
            LIMIT.as_secs() / 60
        ))),
        Some(_) => Err(Error::Content(format!(
            "cargo could not build {}:\n{}",
            exercise.stem,
            running.stderr().text().trim_end()
        ))),
    }
}

/// Whether all that the answer stands on is there, so that the compiler has nothing left but the
/// answer. If the harness had to be compiled, something below it may still be in the works; then
/// no more is known than that it is a first build.
fn is_fresh_harness(message: &Value) -> bool {
    message["reason"] == "compiler-artifact"
        && message["target"]["name"] == "harness"
        && message["fresh"] == true
}

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

/// What an answer stands on: compiled once, and told of while that goes on.
#[derive(Default)]
struct Below {
    compiled: usize,
    work: Option<Work>,
}

impl Below {
    /// A package that was not there already says that this is a first build. Cargo does not tell
    /// how many there are going to be.
    fn take(&mut self, message: &Value, stem: &str) {
        let target = &message["target"]["name"];
        if message["reason"] != "compiler-artifact" || message["fresh"] == true || target == stem {
            return;
        }
        self.compiled += 1;
        let text =
            format!("{} compiled, just now {}", self.compiled, target.as_str().unwrap_or(""));
        let work = self.work.get_or_insert_with(|| {
            activity::note(FIRST_BUILD);
            activity::begin(&text)
        });
        work.at(&text);
    }
}

const FIRST_BUILD: &str =
    "The first build compiles what exercises stand on (once); later ones take half a second.";

/// What cargo has said so far.
#[derive(Default)]
struct Heard {
    errors: Vec<String>,
    program: Option<PathBuf>,
}

impl Heard {
    fn take(&mut self, message: &Value, stem: &str) {
        match message["reason"].as_str() {
            Some("compiler-message") => {
                error(&message["message"], &mut self.errors);
            }
            Some("compiler-artifact") if message["target"]["name"] == stem => {
                self.program = message["executable"].as_str().map(PathBuf::from);
            }
            _ => {}
        }
    }
}

/// Keeps what a message of the compiler says, if it is an error. Returns whether it was one.
pub(crate) fn error(message: &Value, errors: &mut Vec<String>) -> bool {
    let text = message["rendered"].as_str().unwrap_or_default();
    // "aborting due to 2 previous errors" says nothing that the errors do not.
    if message["level"] != "error" || text.contains("aborting due to") {
        return false;
    }
    let length: usize = errors.iter().map(String::len).sum();
    if length + text.len() <= LONGEST {
        errors.push(text.to_owned());
    }
    true
}

/// Reads messages, one a line, to the end. What is none is passed over.
fn read(stdout: Pipe, messages: &mpsc::SyncSender<Value>) {
    let mut stdout = BufReader::new(stdout);
    let mut line = Vec::new();
    // A line that is longer comes in pieces, none of which is a message.
    while let Ok(1..) = (&mut stdout).take(LONGEST as u64).read_until(b'\n', &mut line) {
        if let Ok(message) = serde_json::from_slice(&line)
            && messages.send(message).is_err()
        {
            break;
        }
        line.clear();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_had_to_be_compiled_below_the_answer_makes_a_first_build() {
        let artifact = |name: &str, fresh: bool| json!({"reason": "compiler-artifact", "target": {"name": name}, "fresh": fresh});
        let mut below = Below::default();
        below.take(&artifact("tokio", true), "07_insert");
        below.take(&artifact("07_insert", false), "07_insert");
        below.take(&json!({"reason": "build-finished", "success": true}), "07_insert");
        assert!(below.work.is_none());
        below.take(&artifact("serde", false), "07_insert");
        below.take(&artifact("harness", false), "07_insert");
        assert!(below.work.is_some());
        assert_eq!(below.compiled, 2);
    }
}
