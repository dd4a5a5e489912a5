//! Makes what an answer is linked with: the libraries in a folder of their own, and of the harness
//! with all below it a shared library, where the system has such.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::cargo::{self, Call, NO_BUILD};
use super::stamp::Stamp;
use super::{LIBRARIES, Layout, RECORD, Record};
use crate::activity;
use crate::error::{Context, PathContext, Result};
use crate::exercise::files::Workbook;
use crate::process::Program;

/// It takes some seconds.
const LIMIT: Duration = Duration::from_secs(10 * 60);

/// An answer that has nothing to say, and says so with 2 to whoever starts it by hand.
const TRIAL: &str = "fn main() -> std::process::ExitCode { harness::serve(&[]) }";

/// The file of the harness as a shared library.
fn harness() -> String {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    format!("{DLL_PREFIX}harness{DLL_SUFFIX}")
}

/// Whether no shared library is wanted: for tests of how it is without one.
pub(super) fn wants_static() -> bool {
    std::env::var_os("PGLINGS_LINK").is_some_and(|link| link == "static")
}

/// Makes all of it, and the record last.
pub(super) fn make(workbook: &Workbook, place: &Path) -> Result<()> {
    for old in [RECORD, LIBRARIES, "incremental", "programs"] {
        remove(&place.join(old))?;
    }
    // Of this moment: what changes while it is made is told next time.
    let inputs = Stamp::of_inputs(workbook);
    let call = cargo::call(workbook, place)?;
    let _work = activity::begin("linking what exercises stand on, once");
    let libraries = place.join(LIBRARIES);
    fs::create_dir(&libraries).at("create", &libraries)?;
    for library in &call.libraries {
        link(library, &libraries.join(library.file_name().unwrap_or_default()))?;
    }
    let rustc = PathBuf::from(call.words.first().map_or("rustc", String::as_str));
    let name = format!("rustc{}", std::env::consts::EXE_SUFFIX);
    let rustc = printed(&rustc, "sysroot")?.join("bin").join(name);
    let runtime = printed(&rustc, "target-libdir")?;
    let alone = record(inputs, &call, rustc, runtime);
    let mut record = shared(&alone, workbook, place)?.unwrap_or(alone);
    record.outputs = Stamp::of_outputs(&record.rustc, &libraries);
    record.write(place)
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).at("remove", path),
        _ => Ok(()),
    }
}

/// The same file under another name; a copy where file systems do not have that.
fn link(from: &Path, to: &Path) -> Result<()> {
    if to.exists() || fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    fs::copy(from, to).map(drop).context(format!(
        "cannot copy {} to {}",
        from.display(),
        to.display()
    ))
}

fn printed(rustc: &Path, what: &str) -> Result<PathBuf> {
    let finished = Program::new(rustc).args(["--print", what]).run(Duration::from_secs(60))?;
    Ok(PathBuf::from(finished.stdout.text().trim()))
}

/// What of the call for the probe holds for an answer: all but the names and places of the probe.
fn record(inputs: Stamp, call: &Call, rustc: PathBuf, runtime: PathBuf) -> Record {
    let (mut flags, mut externs) = (Vec::new(), Vec::new());
    let mut words = call.words.iter().skip(1).map(String::as_str).peekable();
    while let Some(word) = words.next() {
        let joined = ["--error-format=", "--json=", "--emit=", "--diagnostic-width="];
        match word {
            "--crate-name" | "--crate-type" | "--out-dir" => {
                words.next();
            }
            "--extern" => {
                if let Some((name, path)) = words.next().and_then(|word| word.split_once('=')) {
                    let file = Path::new(path).file_name().unwrap_or_default();
                    externs.push((name.to_owned(), file.to_string_lossy().into_owned()));
                }
            }
            "-L" | "-C"
                if words.peek().is_some_and(|next| {
                    ["dependency=", "metadata=", "extra-filename=", "incremental="]
                        .iter()
                        .any(|of_probe| next.starts_with(of_probe))
                }) =>
            {
                words.next();
            }
            _ if joined.iter().any(|of_probe| word.starts_with(of_probe)) => {}
            // Of what has a value after a space, the value may end like a path, and is no file.
            _ if word.ends_with(".rs") && word.contains(cargo::PROBE) => {}
            _ => flags.push(word.to_owned()),
        }
    }
    let told = |(name, _): &&(String, String)| name.starts_with("CARGO_PKG_");
    let env: BTreeMap<String, String> = call.env.iter().filter(told).cloned().collect();
    let outputs = Stamp::default();
    Record { inputs, outputs, rustc, runtime, flags, externs, env, shared: false }
}

/// The same with a shared library, made here, and tried with an answer. None where that cannot be: not
/// every system has shared libraries of this size, or any.
fn shared(record: &Record, workbook: &Workbook, place: &Path) -> Result<Option<Record>> {
    let libraries = place.join(LIBRARIES);
    let layout = Layout { libraries: &libraries, runtime: &record.runtime };
    // The loader parts a list of folders at these.
    let parts = |folder: &Path| folder.to_string_lossy().contains([':', ';', '$']);
    if wants_static() || parts(layout.libraries) || parts(layout.runtime) {
        return Ok(None);
    }
    let (library, trial) = (libraries.join(harness()), place.join("trial.rs"));
    let of_harness = |(name, _): &(String, String)| name == "harness";
    let mut below = record.clone();
    below.externs.retain(|one| !of_harness(one));
    let mut with = record.clone();
    with.shared = true;
    let alone = with.externs.iter_mut().find(|one| of_harness(one));
    let alone = alone.map(|one| std::mem::replace(&mut one.1, harness()));

    let words = ["--crate-name", "harness", "--crate-type", "dylib", "-Cprefer-dynamic"];
    let words = Program::new(&record.rustc).args(words).arg("-Cmetadata=shared").arg("-o");
    let words = words.arg(&library).arg("exercises/harness/lib.rs").args(below.words(&layout));
    let mut works = compiles(words, workbook)?;
    if works {
        fs::write(&trial, TRIAL).at("write", &trial)?;
        let program = trial.with_extension("bin");
        let words = with.words(&layout);
        let words = Program::new(&record.rustc).args(words).arg(&trial).arg("-o").arg(&program);
        works = compiles(words, workbook)?
            && Program::new(&program).run(LIMIT)?.status.and_then(|status| status.code())
                == Some(2);
        remove(&trial)?;
        remove(&program)?;
    }
    let of_no_use = if works { alone.map(|file| libraries.join(file)) } else { Some(library) };
    of_no_use.map_or(Ok(()), |file| remove(&file))?;
    Ok(works.then_some(with))
}

/// Runs the compiler. That it refuses is no fault, but for a disk that is full.
fn compiles(rustc: Program, workbook: &Workbook) -> Result<bool> {
    let finished = rustc.args(["--cap-lints", "allow"]).dir(workbook.root()).run(LIMIT)?;
    crate::interrupt::check()?;
    match crate::error::full(&finished.stderr.text(), NO_BUILD) {
        Some(full) if !finished.success() => Err(full),
        _ => Ok(finished.success()),
    }
}
