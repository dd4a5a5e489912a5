//! Builds one exercise.

use std::collections::BTreeSet;
use std::ffi::OsStr;
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
use crate::home::short_hash;
use crate::interrupt;
use crate::process::{Finished, Pipe, Program};

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

/// What tells cargo which text it builds: it goes by times, and an older file that takes the place
/// of a newer one (`mv`, `cp -p`) would be taken for the one that was built last.
const ANSWER: &str = "PGLINGS_ANSWER";

/// Builds the target of one exercise, whose file has this text, and nothing else.
pub fn build(workbook: &Workbook, exercise: &Exercise, text: &str) -> Result<Build> {
    build_within(ANSWER_LIMIT, workbook, exercise, text)
}

/// The same with another limit for the answer.
///
/// The package `pglings` is named too, so that cargo settles on the same features of every
/// dependency as `cargo run` did: otherwise it would compile half of them again.
pub fn build_within(
    limit: Duration,
    workbook: &Workbook,
    exercise: &Exercise,
    text: &str,
) -> Result<Build> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let count = || packages(&cargo, workbook);
    let program = Program::new(&cargo)
        .args(["build", "--package", "pglings", "--package", "exercises", "--bin", exercise.stem])
        .args(["--message-format", "json-diagnostic-rendered-ansi"])
        .env(ANSWER, short_hash(text.as_bytes()))
        .dir(workbook.root());
    let mut running = program.start()?;
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
                below.take(&message, exercise.stem, count);
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
    // A compiler that cannot write says nothing of the answer.
    let words = running.stderr().text();
    if let Some(full) = crate::error::full(&(errors.join("\n") + &words), NO_BUILD) {
        return Err(full);
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
            words.trim_end()
        ))),
    }
}

/// What a full disk keeps us from.
const NO_BUILD: &str = "cargo cannot write what it builds, in the folder `target`";

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
    /// The packages that are there, compiled now or before.
    there: BTreeSet<String>,
    work: Option<Work>,
    /// How many there are going to be, once that was asked; `None` if nobody can tell.
    all: Option<usize>,
}

impl Below {
    /// A package that was not there already says that this is a first build; then `count` is asked
    /// how many packages there are, once.
    fn take(&mut self, message: &Value, stem: &str, count: impl Fn() -> Option<usize>) {
        let target = &message["target"];
        // The program that prepares a package is not the package.
        let prepares = target["kind"][0] == "custom-build";
        if message["reason"] != "compiler-artifact" || prepares || target["name"] == stem {
            return;
        }
        self.there.insert(message["package_id"].as_str().unwrap_or_default().to_owned());
        if message["fresh"] == true {
            return;
        }
        if self.work.is_none() {
            activity::note(FIRST_BUILD);
            self.all = count();
        }
        let name = target["name"].as_str().unwrap_or_default();
        let there = self.there.len();
        // What is only there for some feature is in the count, too.
        let of = self.all.map_or(String::new(), |all| format!(" of {}", all.max(there)));
        let text = format!("{there}{of} packages compiled, just now {name}");
        self.work.get_or_insert_with(|| activity::begin("compiling packages")).at(&text);
    }
}

/// How many packages an answer stands on, as cargo resolves them. Cargo's messages do not say, and
/// its plan of a build is not stable.
fn packages(cargo: &OsStr, workbook: &Workbook) -> Option<usize> {
    let tree = Program::new(cargo)
        .args(["tree", "--offline", "--package", "exercises", "--edges", "normal,build"])
        .args(["--prefix", "none", "--no-dedupe", "--format", "{p}"])
        .dir(workbook.root())
        .keep(LONGEST)
        .run(Duration::from_secs(10));
    let tree = tree.ok().filter(Finished::success)?.stdout.text();
    // A name and a version; what follows differs for one and the same package.
    let name = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let names: BTreeSet<String> = tree.lines().map(name).collect();
    Some(names.len()).filter(|count| *count > 0)
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

    fn artifact(name: &str, kind: &str, fresh: bool) -> Value {
        json!({"reason": "compiler-artifact", "package_id": name, "fresh": fresh,
            "target": {"name": name, "kind": [kind]}})
    }

    #[test]
    fn only_what_had_to_be_compiled_below_the_answer_makes_a_first_build() {
        let mut below = Below::default();
        let unasked = || panic!("nobody asked how many there are");
        below.take(&artifact("tokio", "lib", true), "07_insert", unasked);
        below.take(&artifact("build-script-build", "custom-build", false), "07_insert", unasked);
        below.take(&artifact("07_insert", "bin", false), "07_insert", unasked);
        below.take(&json!({"reason": "build-finished", "success": true}), "07_insert", unasked);
        assert!(below.work.is_none());
        below.take(&artifact("serde", "lib", false), "07_insert", || Some(3));
        below.take(&artifact("harness", "lib", false), "07_insert", unasked);
        assert!(below.work.is_some());
        assert_eq!((below.there.len(), below.all), (3, Some(3)));
    }

    #[test]
    fn cargo_knows_how_many_packages_there_are() {
        let workbook = Workbook::at(std::path::Path::new(env!("CARGO_MANIFEST_DIR")));
        let count = packages(OsStr::new(env!("CARGO")), &workbook).unwrap();
        let lock = std::fs::read_to_string(workbook.root().join("Cargo.lock")).unwrap();
        let most = lock.matches("[[package]]").count();
        assert!((50..most).contains(&count), "{count} of {most}");
    }
}
