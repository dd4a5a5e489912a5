//! Answers that try what they may not, as they stand in `tests/hostile_class` and `tests/hostile`.

use std::fs;
use std::path::{Path, PathBuf};

use pglings::sandbox::Kind;

/// Where the files are.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// One attempt, and what it gets in each sandbox.
pub(crate) struct Row {
    pub(crate) attempt: String,
    pub(crate) bubblewrap: String,
    pub(crate) landlock: String,
}

impl Row {
    /// What it gets in this one.
    pub(crate) fn declared(&self, kind: Kind) -> &str {
        if kind == Kind::Bubblewrap { &self.bubblewrap } else { &self.landlock }
    }
}

/// A file of attempts.
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) text: String,
}

/// The files of a folder, in order.
pub(crate) fn files(folder: &str) -> Vec<File> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| file(path)).collect()
}

fn file(path: &Path) -> File {
    let text = fs::read_to_string(path).unwrap();
    let header = || text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let title = header().find_map(|line| line.strip_prefix("# ")).unwrap_or_default().to_owned();
    let rows = header().filter_map(|line| {
        let mut cells = line.split(" | ").map(str::to_owned);
        Some(Row { attempt: cells.next()?, bubblewrap: cells.next()?, landlock: cells.next()? })
    });
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    File { name, title, rows: rows.collect(), text: text.clone() }
}

/// Whether it is this one's turn: any, or that which `PGLINGS_ONE` names.
pub(crate) fn wanted(name: &str) -> bool {
    std::env::var("PGLINGS_ONE").map_or(true, |one| one == name)
}

/// A file of attempts as a whole answer: with what it is continued with, unless it has its own `main`.
pub(crate) fn framed(text: &str) -> String {
    if text.contains("fn main() -> ") {
        return text.to_owned();
    }
    let frame = fs::read_to_string(root().join("hostile_class/attempt.rs")).unwrap();
    let attempts = "fn attempts(_: &mut postgres::Client) {}\n";
    let attempts = if text.contains("fn attempts(") { "" } else { attempts };
    format!("{text}\n{attempts}{frame}")
}

/// An answer that borrows from a solution, as one file.
pub(crate) fn whole(text: &str) -> String {
    let Some((before, rest)) = text.split_once("#[path = \"") else { return text.to_owned() };
    let (path, after) = rest.split_once("\"]\nmod solution;").unwrap();
    let path = path.trim_start_matches("../");
    let solution = fs::read_to_string(root().join("..").join(path)).unwrap();
    format!("{before}mod solution {{\n{solution}\n}}{after}")
}
