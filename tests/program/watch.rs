//! `watch` at a terminal: saves, keys, and leaving at any point.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};

use pglings::exercise::exercise;
use rexpect::session::{PtySession, spawn_command};

use crate::world::{Desk, QUIET, Ran};

const STEM: &str = "07_insert";
const WAITING: &str = "Waiting for you to save exercises/m1_raw_sql/07_insert.rs";

/// A shell in a pseudo-terminal that runs `watch`, tells its exit code, and shows the settings of
/// the terminal.
struct Watch {
    session: PtySession,
    home: PathBuf,
}

impl Watch {
    fn start(home: &str, args: &str, set: &[(&str, &str)]) -> Watch {
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(home);
        let pglings = QUIET.command(&home);
        #[allow(clippy::disallowed_methods, reason = "a shell, as a learner has one")]
        let mut shell = std::process::Command::new("sh");
        let program = pglings.get_program().to_string_lossy();
        let script =
            format!("stty echo; trap : INT; {program} watch {args}; echo code=$?; stty -a");
        shell.arg("-c").arg(script).current_dir(&QUIET.root).env("TERM", "xterm");
        shell.env_remove("VISUAL").env_remove("EDITOR");
        for (name, value) in pglings.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell.envs(set.iter().copied());
        Watch { session: spawn_command(shell, Some(120_000)).unwrap(), home }
    }

    /// In ASCII: rexpect reads each byte as a character.
    fn sees(&mut self, text: &str) {
        if let Err(error) = self.session.exp_string(text) {
            let error = error.to_string();
            let from = error.char_indices().rev().nth(3000).map_or(0, |(at, _)| at);
            panic!("{text:?} does not come: {}", &error[from..]);
        }
    }

    fn press(&mut self, keys: &str) {
        self.session.send(keys).unwrap();
        self.session.flush().unwrap();
    }

    /// Expects the end: this exit code, a terminal as it was, and no server.
    fn ends(mut self, code: u8) {
        self.sees(&format!("code={code}"));
        let settings = self.session.exp_eof().unwrap().replace(['\r', '\n'], " ");
        assert!(settings.contains(" echo ") && settings.contains(" icanon "), "{settings}");
        assert!(settings.contains(" opost ") && settings.contains(" isig "), "{settings}");
        let status =
            Ran::of(QUIET.command(&self.home).args(["server", "status"]).output().unwrap());
        assert!(!status.stdout.contains("running at"), "{status:?}");
    }
}

fn solution() -> &'static str {
    exercise(STEM).unwrap().solution
}

/// The solution with another body for `add_user`.
fn with_body(body: &str) -> String {
    let start = solution().find("    // todo: insert one row").unwrap();
    let end = start + solution()[start..].find("    // end").unwrap();
    format!("{}{body}\n{}", &solution()[..start], &solution()[end..])
}

/// An endless answer, which has begun when the file is there.
fn endless(mark: &Path) -> String {
    with_body(&format!(
        "    std::fs::write({mark:?}, \"\").unwrap(); loop {{ std::thread::yield_now(); }}"
    ))
}

fn comes(mark: &Path) {
    while !mark.exists() {
        std::thread::yield_now();
    }
}

/// Sits down with nothing known of earlier sessions.
fn desk(text: &str) -> Desk<'static> {
    let desk = QUIET.answer(STEM, text);
    let _ = fs::remove_file(QUIET.root.join(".pglings/progress.json"));
    desk
}

#[test]
fn a_save_is_graded_a_pass_is_celebrated_and_compared() {
    let desk = desk(&exercise(STEM).unwrap().stub());
    let mut watch = Watch::start("home-watch", "7", &[]);
    watch.sees("Exercise 7: INSERT");
    watch.sees(WAITING);
    fs::write(desk.path(), with_body("    Ok(7)")).unwrap();
    watch.sees(" add_user stores the user");
    watch.sees("Press h for a hint.");
    watch.sees(WAITING);
    watch.press("h");
    watch.sees("Hint 1 of");
    watch.press("h");
    watch.sees("Hint 2 of");
    // As editors do: a new file takes the place of the old one.
    let new = desk.path().with_extension("swp");
    fs::write(&new, solution().replace("Stores a user and", "Puts a user there and")).unwrap();
    fs::rename(&new, desk.path()).unwrap();
    watch.sees("exercises passed");
    watch.sees("07_insert: passed");
    watch.press("d");
    watch.sees("- /// Puts a user there and");
    watch.sees("+ /// Stores a user and");
    watch.press("s");
    watch.sees("//! # Exercise 7: INSERT");
    watch.press("q");
    watch.ends(0);
    assert_eq!(QUIET.status_of_7(), "passed");
}

#[test]
fn a_save_stops_the_run_before_it_and_a_loop_without_end_is_left_by_its_key() {
    let home = tempfile::tempdir().unwrap();
    let mark = home.path().join("began");
    let desk = desk(&endless(&mark));
    let mut watch = Watch::start("home-watch-loop", "7", &[]);
    comes(&mark);
    // Much sooner than the ten seconds that it would have.
    fs::write(desk.path(), solution()).unwrap();
    watch.sees("07_insert: passed");
    fs::remove_file(&mark).unwrap();
    fs::write(desk.path(), endless(&mark)).unwrap();
    comes(&mark);
    watch.press("h");
    watch.sees("Hint 1 of");
    watch.press("q");
    watch.ends(0);
}

#[test]
fn ctrl_c_and_a_changing_size_at_any_point_leave_a_terminal() {
    let home = tempfile::tempdir().unwrap();
    let mark = home.path().join("began");
    let _desk = desk(&endless(&mark));
    let mut watch = Watch::start("home-watch-ctrl-c", "", &[]);
    // The one that was saved last is in hand without being named.
    watch.sees("Grading 07_insert");
    comes(&mark);
    watch.session.send_control('c').unwrap();
    watch.sees("Interrupted");
    watch.ends(130);
    let mut watch = Watch::start("home-watch-ctrl-c", "", &[]);
    watch.session.send_control('c').unwrap();
    watch.ends(130);
}

#[test]
fn reset_asks_and_keeps_a_copy() {
    let text = with_body("    Ok(4711)");
    let desk = desk(&text);
    let mut watch = Watch::start("home-watch-reset", "7", &[]);
    watch.sees("Press h for a hint.");
    watch.press("r");
    watch.sees("Your file is kept beside it. [y/N]");
    watch.press("n");
    watch.sees(WAITING);
    assert_eq!(fs::read_to_string(desk.path()).unwrap(), text);
    watch.press("r");
    watch.sees("[y/N]");
    watch.press("y");
    watch.sees("Your answer is kept in exercises/m1_raw_sql/07_insert.rs");
    watch.press("q");
    watch.ends(0);
    let folder = desk.path().parent().unwrap().to_owned();
    let copies: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "bak"))
        .collect();
    assert!(copies.iter().any(|copy| fs::read_to_string(copy).unwrap() == text), "{copies:?}");
    for copy in copies {
        fs::remove_file(copy).unwrap();
    }
}

#[test]
fn the_editor_has_the_terminal_and_what_it_writes_is_graded() {
    let desk = desk(&with_body("    Ok(7)"));
    let home = tempfile::tempdir().unwrap();
    let answer = home.path().join("answer.rs");
    fs::write(&answer, solution()).unwrap();
    let editor = format!("sh -c 'echo in the editor; cp {} \"$0\"'", answer.display());
    let mut watch = Watch::start("home-watch-editor", "7", &[("EDITOR", &editor)]);
    watch.sees(" add_user stores the user");
    watch.press("o");
    watch.sees("in the editor");
    watch.sees("07_insert: passed");
    watch.press("c");
    watch.sees("1 of 1 that you have begun are passed");
    watch.press("l");
    watch.sees("Module 7");
    watch.press("q");
    watch.sees(WAITING);
    watch.press("q");
    watch.ends(0);
    drop(desk);
}

#[test]
fn next_walks_the_lesson_and_comes_back_to_its_exercise() {
    let _desk = desk(solution());
    let mut watch = Watch::start("home-watch-next", "7", &[]);
    watch.sees("lesson 8: ");
    watch.press("n");
    watch.sees("step 1 of");
    watch.sees("[Enter] run");
    watch.press("q");
    watch.sees("Any key leads back");
    watch.press(" ");
    watch.sees("exercises/m1_raw_sql/08_select.rs");
    watch.press("q");
    watch.ends(0);
}

#[test]
fn without_a_terminal_it_says_that_it_needs_one() {
    let ran = QUIET.run(&["watch"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
    assert!(ran.stderr.contains("watch needs a terminal"), "{ran:?}");
}
