//! `docs/sandbox.md` says of each attempt what the tests declare. `PGLINGS_BLESS=1` writes it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::corpus::{self, File};
use crate::declared::VERDICT;
use crate::hostile;

/// Where the part that is written begins.
const MARK: &str = "<!-- What follows is written by the tests: PGLINGS_BLESS=1 cargo test --test sandbox table -->\n";

/// What is declared, in words for people. A pipe would end a cell.
fn cell(declared: &str) -> String {
    let text = declared.trim_end_matches(" or ").replace('|', "\\|");
    let got = text.strip_prefix("GOT ").map(|got| if got == "()" { "works" } else { got });
    got.unwrap_or(&text).to_owned()
}

/// Names of what a test makes up, in words.
fn told(attempt: &str) -> String {
    let words = [
        ("@grader@", "the grader's"),
        ("@home@", "the instructor's home"),
        ("@workbook@", "the workbook"),
        ("@target@", "the target folder"),
        ("@desk@", "the desk"),
    ];
    words.iter().fold(attempt.to_owned(), |text, (word, means)| text.replace(word, means))
}

fn rows(text: &mut String, file: &File) {
    for row in &file.rows {
        let attempt = if row.attempt == VERDICT { &file.title } else { &row.attempt };
        let cells = [told(attempt), cell(&row.bubblewrap), cell(&row.landlock)];
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}

fn table(text: &mut String, title: &str) {
    let _ = write!(text, "\n## {title}\n\n| attempt | bubblewrap | Landlock |\n|---|---|---|\n");
}

fn written() -> String {
    let mut text = String::new();
    for file in corpus::files("hostile_class/run") {
        table(&mut text, &file.title);
        rows(&mut text, &file);
    }
    for (folder, title) in
        [("takes", "Taking more than its share"), ("compile", "While it is compiled")]
    {
        table(&mut text, title);
        for file in corpus::files(&format!("hostile_class/{folder}")) {
            rows(&mut text, &file);
        }
    }
    table(&mut text, "Everything else, as a learner's own machine meets it too");
    for hostile in hostile::all() {
        let declared = hostile.declared();
        let _ = writeln!(text, "| {} | {declared} | {declared} |", hostile.tries);
    }
    text
}

#[test]
fn the_published_table_says_what_is_declared() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sandbox.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, after) = text.split_once(MARK).unwrap();
    if std::env::var_os("PGLINGS_BLESS").is_some() {
        fs::write(&path, format!("{before}{MARK}{}", written())).unwrap();
    } else {
        assert!(after == written(), "docs/sandbox.md is old. PGLINGS_BLESS=1 writes it anew.");
    }
}
