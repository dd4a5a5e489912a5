//! The first build, against that of a program that only depends on postgres, sqlx, tokio and clap, with
//! the same features and profile.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use pglings::process::Program;

use super::Anyhow;
use super::copy::workbook;

const LIMIT: Duration = Duration::from_secs(30 * 60);

/// What it depends on.
const OTHERS: [&str; 4] = ["postgres", "sqlx", "tokio", "clap"];

pub(super) fn run() -> Anyhow {
    let ours = workbook("first")?;
    let theirs = tempfile::tempdir()?;
    let manifest = fs::read_to_string(ours.join("Cargo.toml"))?;
    fs::create_dir(theirs.path().join("src"))?;
    fs::write(theirs.path().join("src/main.rs"), "fn main() {}\n")?;
    fs::write(theirs.path().join("Cargo.toml"), reference(&manifest))?;
    // The same versions.
    fs::copy(ours.join("Cargo.lock"), theirs.path().join("Cargo.lock"))?;
    for place in [&ours, theirs.path()] {
        run_cargo(&["fetch"], place)?;
    }
    let (ours, theirs) = (build(&ours)?, build(theirs.path())?);
    println!("first build {ours:.1?} against {theirs:.1?}: {:.2}", ours.div_duration_f64(theirs));
    Ok(())
}

/// The manifest of the other program: these lines of ours, and our profiles.
fn reference(manifest: &str) -> String {
    let mut text = "[package]\nname = \"reference\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                    [workspace]\n\n[dependencies]\n"
        .to_owned();
    for name in OTHERS {
        // The line of the workspace comes first, and says what is used of it.
        let line = manifest.lines().find(|line| {
            line.starts_with(&format!("{name} = ")) && !line.contains("workspace = true")
        });
        let _ = writeln!(text, "{}", line.unwrap_or_default());
    }
    let mut in_profile = false;
    for line in manifest.lines() {
        in_profile = if line.starts_with('[') { line.starts_with("[profile.") } else { in_profile };
        // A package that only we have is none of its.
        if in_profile {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

/// In a folder of its own, from nothing.
fn build(place: &Path) -> Anyhow<Duration> {
    let target = tempfile::tempdir()?;
    let began = Instant::now();
    let cargo = Program::new("cargo").args(["build", "--quiet"]).dir(place);
    let built = cargo.env("CARGO_TARGET_DIR", target.path()).run(LIMIT)?;
    let time = began.elapsed();
    if built.success() { Ok(time) } else { Err(built.stderr.text().into()) }
}

fn run_cargo(words: &[&str], place: &Path) -> Anyhow {
    let ran = Program::new("cargo").args(words).dir(place).run(LIMIT)?;
    if ran.success() { Ok(()) } else { Err(ran.stderr.text().into()) }
}
