//! Builds one exercise.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::exercise::Exercise;
use crate::exercise::files::Workbook;
use crate::process::Program;

/// What came of a build.
pub enum Build {
    /// The program.
    Program(PathBuf),
    /// The compiler's own words, with its colours.
    DoesNotCompile(String),
}

/// A first build compiles what exercises stand on, which takes minutes on a slow machine.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// Builds the target of one exercise, and nothing else.
///
/// The package `pglings` is named too, so that cargo settles on the same features of every
/// dependency as `cargo run` did: otherwise it would compile half of them again.
pub fn build(workbook: &Workbook, exercise: &Exercise) -> Result<Build> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let finished = Program::new(cargo)
        .args(["build", "--package", "pglings", "--package", "exercises", "--bin", exercise.stem])
        .args(["--message-format", "json-diagnostic-rendered-ansi"])
        .dir(workbook.root())
        .keep(16 * 1024 * 1024)
        .run(LIMIT)?;
    crate::interrupt::check()?;
    let mut errors = Vec::new();
    let mut program = None;
    for message in finished.stdout.text().lines().filter_map(|line| serde_json::from_str(line).ok())
    {
        let message: serde_json::Value = message;
        let ours = message["target"]["name"] == exercise.stem;
        match message["reason"].as_str() {
            Some("compiler-message") if message["message"]["level"] == "error" => {
                errors.extend(message["message"]["rendered"].as_str().map(str::to_owned));
            }
            Some("compiler-artifact") if ours => {
                program = message["executable"].as_str().map(PathBuf::from);
            }
            _ => {}
        }
    }
    match program {
        Some(program) if finished.success() => Ok(Build::Program(program)),
        _ if !errors.is_empty() => {
            // "aborting due to 2 previous errors" says nothing that the errors do not.
            errors.retain(|error| !error.contains("aborting due to"));
            Ok(Build::DoesNotCompile(errors.join("\n")))
        }
        _ if finished.status.is_none() => Err(Error::Content(format!(
            "cargo did not finish within {} minutes",
            LIMIT.as_secs() / 60
        ))),
        _ => Err(Error::Content(format!(
            "cargo could not build {}:\n{}",
            exercise.stem,
            finished.stderr.text().trim_end()
        ))),
    }
}
