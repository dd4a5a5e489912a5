//! Long work on the error stream: it moves on a terminal and nowhere else.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};

use rexpect::session::{PtySession, spawn_command};

use crate::world::{Ran, WORLD};

/// A home where nothing has been made yet.
fn fresh_home(name: &str) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&home);
    home
}

/// A terminal of so many columns, in which a server is made and stopped again.
fn first_server(home: &Path, columns: u32, more: &str) -> PtySession {
    let pglings = WORLD.command(home);
    let program = pglings.get_program().to_string_lossy();
    let line = format!(
        "stty cols {columns}; {program} lesson 7 --no-pause {more} >/dev/null; echo code=$?"
    );
    spawn_command(WORLD.shell(home, &line), Some(60_000)).unwrap()
}

#[test]
fn on_a_terminal_something_moves_while_a_cluster_is_made() {
    let home = fresh_home("home-moves");
    let mut session = first_server(&home, 80, "");
    session.exp_string("Making a private PostgreSQL cluster (once)").unwrap();
    session.exp_string("initdb").unwrap();
    // Were the line filled to the edge, the `^C` of a terminal would begin another.
    let rest = session.exp_string("code=0").unwrap();
    assert!(!rest.contains(&" ".repeat(20)), "{rest:?}");
}

#[test]
fn a_reader_hears_when_work_begins_and_when_it_ends() {
    let home = fresh_home("home-spoken");
    let mut session = first_server(&home, 80, "--plain");
    session.exp_string("Making a private PostgreSQL cluster (once)...").unwrap();
    let rest = session.exp_string("code=0").unwrap();
    assert!(rest.contains("Begun: initdb.\r\nOver: initdb.\r\n"), "{rest:?}");
    assert!(!rest.contains('\u{1b}'), "{rest:?}");
}

#[test]
fn a_terminal_of_no_columns_gets_lines() {
    let home = fresh_home("home-still");
    let mut session = first_server(&home, 0, "");
    session.exp_string("Making a private PostgreSQL cluster (once)").unwrap();
    let rest = session.exp_string("code=0").unwrap();
    assert!(!rest.contains('\u{1b}') && !rest.contains("initdb"), "{rest:?}");
}

#[test]
fn in_a_pipe_there_is_one_line_and_with_json_none() {
    let solution = pglings::exercise::exercise("07_insert").unwrap().solution;
    let _desk = WORLD.answer("07_insert", solution);
    let check = |args: &[&str]| Ran::of(WORLD.command(&WORLD.home).args(args).output().unwrap());
    let ran = check(&["check", "7", "8"]);
    assert_eq!(ran.stderr.matches("Grading 2 exercises.").count(), 1, "{ran:?}");
    assert!(!ran.stderr.contains('\u{1b}') && !ran.stderr.contains("exercise 1 of 2"), "{ran:?}");
    let ran = check(&["check", "7", "8", "--json"]);
    assert_eq!(ran.json()["verdicts"].as_array().unwrap().len(), 2);
    assert!(!ran.stderr.contains("Grading"), "{ran:?}");
}
