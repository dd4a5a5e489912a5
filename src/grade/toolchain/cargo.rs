//! What cargo is asked once: to compile what an answer stands on, and how it calls the compiler.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::activity::{self, Work};
use crate::error::{Error, PathContext, Result};
use crate::exercise::files::Workbook;
use crate::home;
use crate::interrupt;
use crate::process::{Finished, Pipe, Program};

/// A first build compiles what exercises stand on, which takes minutes on a slow machine.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// The longest message of cargo's that is read, in bytes.
const LONGEST: usize = 16 << 20;

/// The target that is nothing but an occasion to call the compiler.
pub(super) const PROBE: &str = "probe";

/// What stands between cargo and the compiler: it notes the words of the call for the probe, and what
/// cargo tells the compiler of the package.
const RECORDER: &str = r#"#!/bin/sh
if [ "$3" = probe ]; then
  printf '%s\n' "$@" > "$PGLINGS_PROBE"
  env > "$PGLINGS_PROBE.env"
fi
exec "$@"
"#;

/// What cargo has said and done.
pub(super) struct Call {
    /// The compiler and all words for the probe.
    pub(super) words: Vec<String>,
    /// What it tells the compiler of the package, by variables.
    pub(super) env: Vec<(String, String)>,
    /// The libraries below it.
    pub(super) libraries: Vec<PathBuf>,
}

/// Cargo, told to compile the probe and all below it.
///
/// The package `pglings` is named too, so that cargo settles on the same features of every
/// dependency as `cargo run` did: otherwise it would compile half of them again.
fn compile(cargo: &OsString, workbook: &Workbook) -> Program {
    Program::new(cargo)
        .args(["build", "--package", "pglings", "--package", "exercises", "--bin", PROBE])
        .args(["--message-format", "json"])
        .dir(workbook.root())
}

/// Has cargo compile the probe, in a way that shows how. What is made for that is in this folder.
pub(super) fn call(workbook: &Workbook, place: &Path) -> Result<Call> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let program = compile(&cargo, workbook);
    let count = || packages(&cargo, workbook);
    if cfg!(not(unix)) {
        let artifacts = build(program, count)?;
        let words = derived(&cargo, workbook, &artifacts)?;
        return Ok(Call { words, env: Vec::new(), libraries: files(artifacts) });
    }
    // Its path is part of what cargo tells builds apart by, so it stays the same.
    let recorder = place.join("record-rustc");
    fs::write(&recorder, RECORDER).at("write", &recorder)?;
    home::own(&recorder, None, 0o755)?;
    // Another value each time, so that cargo compiles the probe again.
    let place = tempfile::tempdir_in(place).at("write in", place)?;
    let record = place.path().join("words");
    let program = program.env("RUSTC_WORKSPACE_WRAPPER", &recorder).env("PGLINGS_PROBE", &record);
    let libraries = files(build(program, count)?);
    let lines = |path: &Path| -> Result<Vec<String>> {
        let text = fs::read(path).at("read", path)?;
        Ok(String::from_utf8_lossy(&text).lines().map(str::to_owned).collect())
    };
    let env = lines(&place.path().join("words.env"))?;
    let env = env.iter().filter_map(|line| line.split_once('='));
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Call { words: lines(&record)?, env: env.collect(), libraries })
}

/// A library of a package, made or there before.
struct Artifact {
    package: String,
    name: String,
    file: PathBuf,
}

fn files(artifacts: Vec<Artifact>) -> Vec<PathBuf> {
    artifacts.into_iter().map(|artifact| artifact.file).collect()
}

/// The words of the call as far as they follow from what cargo says of the packages, where no shell can
/// note them: without flags that the user may want of each call.
fn derived(cargo: &OsString, workbook: &Workbook, artifacts: &[Artifact]) -> Result<Vec<String>> {
    let metadata = Program::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline"])
        .dir(workbook.root())
        .keep(LONGEST)
        .run(LIMIT)?;
    let metadata: Value = serde_json::from_str(&metadata.stdout.text())
        .map_err(|error| Error::Content(format!("cargo metadata cannot be read: {error}")))?;
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let flags = ["--edition=2024", "--allow=unused", "--allow=dead_code", "--forbid=unsafe_code"];
    let mut words = vec![rustc];
    words.extend(flags.map(str::to_owned));
    let nodes = metadata["resolve"]["nodes"].as_array().into_iter().flatten();
    let is_ours = |id: &str| artifacts.iter().any(|a| a.name == "harness" && a.package == id);
    let mut ours = nodes.filter(|node| node["id"].as_str().is_some_and(is_ours));
    let deps = ours.next().and_then(|node| node["deps"].as_array()).into_iter().flatten();
    let named = deps.filter_map(|dep| Some((dep["name"].as_str()?, dep["pkg"].as_str()?)));
    let of_package = |(name, package): (&str, &str)| {
        let artifact = artifacts.iter().find(|a| a.package == package)?;
        Some(format!("{name}={}", artifact.file.display()))
    };
    let harness = artifacts.iter().find(|artifact| artifact.name == "harness");
    let harness = harness.map(|artifact| format!("harness={}", artifact.file.display()));
    for library in named.filter_map(of_package).chain(harness) {
        words.extend(["--extern".to_owned(), library]);
    }
    Ok(words)
}

/// Runs cargo and listens. Returns the libraries that it has made, or that were there.
fn build(program: Program, count: impl Fn() -> Option<usize>) -> Result<Vec<Artifact>> {
    let mut running = program.start()?;
    drop(running.stdin.take());
    let _stopper = interrupt::on(running.stopper());
    let (sender, messages) = mpsc::sync_channel(64);
    if let Some(stdout) = running.stdout.take() {
        thread::spawn(move || read(stdout, &sender));
    }
    let (mut below, mut libraries) = (Below::default(), Vec::new());
    let began = Instant::now();
    loop {
        match messages.recv_timeout(LIMIT.saturating_sub(began.elapsed())) {
            Ok(message) => {
                below.take(&message, &count);
                libraries.extend(made(&message));
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                running.end();
                let minutes = LIMIT.as_secs() / 60;
                return Err(Error::Content(format!(
                    "cargo did not finish within {minutes} minutes"
                )));
            }
        }
    }
    let status = running.wait(LIMIT.saturating_sub(began.elapsed()));
    running.end();
    interrupt::check()?;
    if status.is_some_and(|status| status.success()) {
        return Ok(libraries);
    }
    let said = running.stderr().text();
    let full = crate::error::full(&said, NO_BUILD);
    Err(full.unwrap_or_else(|| {
        Error::Content(format!(
            "cargo could not build what exercises stand on:\n{}",
            said.trim_end()
        ))
    }))
}

/// What a full disk keeps us from.
pub(super) const NO_BUILD: &str = "cargo cannot write what it builds, in the folder `target`";

/// The libraries of a message.
fn made(message: &Value) -> Vec<Artifact> {
    if message["reason"] != "compiler-artifact" {
        return Vec::new();
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let files = message["filenames"].as_array().into_iter().flatten();
    let files = files.filter_map(|file| file.as_str().map(PathBuf::from));
    let library = |file: &PathBuf| {
        let kind = file.extension().and_then(OsStr::to_str);
        kind.is_some_and(|kind| ["rlib", "so", "dylib", "dll"].contains(&kind))
    };
    let artifact = |file| Artifact {
        package: text(&message["package_id"]),
        name: text(&message["target"]["name"]),
        file,
    };
    files.filter(library).map(artifact).collect()
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

/// What is always compiled here, and says nothing of a first build.
const OURS: [&str; 2] = ["harness", PROBE];

impl Below {
    /// A package that was not there already says that this is a first build; then `count` is asked
    /// how many packages there are, once.
    fn take(&mut self, message: &Value, count: impl Fn() -> Option<usize>) {
        let target = &message["target"];
        let name = target["name"].as_str().unwrap_or_default();
        // The program that prepares a package is not the package.
        let prepares = target["kind"][0] == "custom-build";
        if message["reason"] != "compiler-artifact" || prepares || OURS.contains(&name) {
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
        let there = self.there.len();
        // What is only there for some feature is in the count, too.
        let of = self.all.map_or(String::new(), |all| format!(" of {}", all.max(there)));
        let text = format!("{there}{of} packages compiled, just now {name}");
        self.work.get_or_insert_with(|| activity::begin("compiling packages")).at(&text);
    }
}

const FIRST_BUILD: &str = "The first build compiles what exercises stand on (once, one or two minutes); \
                           later ones take a fifth of a second.";

/// How many packages an answer stands on, as cargo resolves them. Cargo's messages do not say, and
/// its plan of a build is not stable.
fn packages(cargo: &OsString, workbook: &Workbook) -> Option<usize> {
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
    fn only_what_had_to_be_compiled_below_the_harness_makes_a_first_build() {
        let mut below = Below::default();
        let unasked = || panic!("nobody asked how many there are");
        below.take(&artifact("tokio", "lib", true), unasked);
        below.take(&artifact("build-script-build", "custom-build", false), unasked);
        below.take(&artifact("harness", "lib", false), unasked);
        below.take(&artifact("probe", "bin", false), unasked);
        below.take(&json!({"reason": "build-finished", "success": true}), unasked);
        assert!(below.work.is_none());
        below.take(&artifact("serde", "lib", false), || Some(3));
        below.take(&artifact("postgres", "lib", false), unasked);
        assert!(below.work.is_some());
        assert_eq!((below.there.len(), below.all), (3, Some(3)));
    }

    /// What cargo says of the packages leads to the same libraries as the call that was noted.
    #[cfg(unix)]
    #[test]
    fn a_call_that_cannot_be_noted_can_be_derived() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let workbook = Workbook::at(root);
        // At one place, as cargo compiles the harness anew for each place of the recorder.
        let key = home::short_hash(root.as_os_str().as_encoded_bytes());
        let place = std::env::temp_dir().join(format!("pglings-derived-{key}"));
        fs::create_dir_all(&place).unwrap();
        let noted = call(&workbook, &place).unwrap();
        let externs = |words: &[String]| -> BTreeSet<String> {
            let pairs = words.iter().zip(words.iter().skip(1));
            let after = pairs.filter(|(word, _)| *word == "--extern").map(|(_, library)| library);
            // The harness is another one, since the recorder is told apart.
            after.filter(|library| !library.starts_with("harness=")).cloned().collect()
        };
        let cargo = OsString::from(env!("CARGO"));
        let artifacts = build(compile(&cargo, &workbook), || None).unwrap();
        let derived = derived(&cargo, &workbook, &artifacts).unwrap();
        assert!(externs(&noted.words).len() > 8, "{:?}", noted.words);
        assert_eq!(externs(&derived), externs(&noted.words));
        assert!(derived.iter().any(|word| word.starts_with("harness=")));
    }

    #[test]
    fn cargo_knows_how_many_packages_there_are() {
        let workbook = Workbook::at(std::path::Path::new(env!("CARGO_MANIFEST_DIR")));
        let count = packages(&env!("CARGO").into(), &workbook).unwrap();
        let lock = std::fs::read_to_string(workbook.root().join("Cargo.lock")).unwrap();
        let most = lock.matches("[[package]]").count();
        assert!((50..most).contains(&count), "{count} of {most}");
    }
}
