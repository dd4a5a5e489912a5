//! Lessons at the keys of a terminal. The pseudo-terminal is one of zero columns, which is as bad
//! as they come.
#![cfg(unix)]

use std::path::{Path, PathBuf};

use rexpect::session::{PtySession, spawn_command};

use crate::world::{QUIET, Ran, WORLD, World};

pub(crate) const PAUSE: &str = "[Enter] run";

pub(crate) fn home(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// A shell that runs the program and then tells its exit code and whether the terminal echoes.
pub(crate) fn terminal(world: &World, home: &Path, args: &str) -> PtySession {
    let program = world.command(home).get_program().to_string_lossy().into_owned();
    // The shell lives through the Ctrl-C that is meant for the program.
    shell(world, home, &format!("stty echo; trap : INT; {program} {args}; echo code=$?; stty -a"))
}

/// A shell that runs a script in a copy of the workbook.
pub(crate) fn shell(world: &World, home: &Path, script: &str) -> PtySession {
    spawn_command(world.shell(home, script), Some(60_000)).unwrap()
}

/// Presses keys.
pub(crate) fn press(session: &mut PtySession, keys: &str) {
    session.send(keys).unwrap();
    session.flush().unwrap();
}

/// Expects the end: this exit code, a terminal that echoes, and no server.
pub(crate) fn ends(mut session: PtySession, home: &Path, code: u8) {
    session.exp_string(&format!("code={code}")).unwrap();
    let settings = session.exp_eof().unwrap();
    assert!(settings.contains(" echo ") && settings.contains(" icanon "), "{settings}");
    let status = Ran::of(QUIET.command(home).args(["server", "status"]).output().unwrap());
    assert!(!status.stdout.contains("running at"), "{status:?}");
}

#[test]
fn a_lesson_is_walked_left_and_gone_on_with() {
    let home = home("home-keys");
    let _desk = QUIET.answer("07_insert", "");
    let _ = std::fs::remove_file(QUIET.root.join(".pglings/progress.json"));
    let mut session = terminal(&QUIET, &home, "lesson 7");
    session.exp_string("step 1 of").unwrap();
    session.exp_string(PAUSE).unwrap();
    session.send("?").unwrap();
    session.flush().unwrap();
    session.exp_string("run it unseen").unwrap();
    session.exp_string(PAUSE).unwrap();
    session.send("\r").unwrap();
    session.flush().unwrap();
    session.exp_string("(1 row)").unwrap();
    session.exp_string("step 2 of").unwrap();
    session.exp_string(PAUSE).unwrap();
    // Back to the first step with what came of it, and forward again.
    press(&mut session, "b");
    session.exp_string("step 1 of").unwrap();
    session.exp_string("(1 row)").unwrap();
    session.exp_string("[Enter] on, to step 2").unwrap();
    press(&mut session, "f");
    session.exp_string("step 2 of").unwrap();
    session.exp_string(PAUSE).unwrap();
    session.send("q").unwrap();
    session.flush().unwrap();
    session.exp_string("Left at step 2").unwrap();
    ends(session, &home, 0);

    // Without a command it goes on there; the first step has been run.
    let mut session = terminal(&QUIET, &home, "");
    session.exp_string("Going on with step 2").unwrap();
    session.exp_string(PAUSE).unwrap();
    session.send(":").unwrap();
    session.flush().unwrap();
    session.exp_string("sql>").unwrap();
    session.send("SELECT count(*) FROM users\r").unwrap();
    session.flush().unwrap();
    session.exp_string("->").unwrap();
    session.send("WHERE id = 8;\r").unwrap();
    session.flush().unwrap();
    session.exp_string("(1 row)").unwrap();
    // It asks on; an empty line leads back.
    session.exp_string("sql>").unwrap();
    for (asked, answered) in [
        ("\\dt", "children"),
        ("\\d users", "users_pkey"),
        ("\\d nobody", "There is no relation nobody"),
        ("\\x", "There is no \\x here"),
        ("\\?", "back to the lesson"),
        ("\\l", "pglings_"),
        ("SELECT nope FROM users;", "^"),
    ] {
        press(&mut session, &format!("{asked}\r"));
        session.exp_string(answered).unwrap();
        session.exp_string("sql>").unwrap();
    }
    press(&mut session, "\r");
    session.exp_string(PAUSE).unwrap();
    session.send("q").unwrap();
    session.flush().unwrap();
    ends(session, &home, 0);
    let history = std::fs::read_to_string(QUIET.root.join(".pglings/history")).unwrap();
    assert!(history.contains("WHERE id = 8;"), "{history}");
}

#[test]
fn a_prediction_is_held_against_what_happens() {
    let home = home("home-guess");
    let _desk = QUIET.answer("07_insert", "");
    let mut session = terminal(&QUIET, &home, "lesson 7 --from 4");
    session.exp_string("[a-c] your guess").unwrap();
    // Whoever only presses on is told once what a question is for.
    press(&mut session, "\r");
    session.exp_string("A letter, a to c, is your").unwrap();
    session.exp_string("[a-c] your guess").unwrap();
    press(&mut session, "\r");
    session.exp_string("> none").unwrap();
    session.exp_string(PAUSE).unwrap();
    press(&mut session, "\r");
    session.exp_string("It is c.").unwrap();
    session.exp_string(PAUSE).unwrap();
    press(&mut session, "q");
    ends(session, &home, 0);

    let mut session = terminal(&QUIET, &home, "lesson 7 --from 4");
    session.exp_string("[a-c] your guess").unwrap();
    session.send("b").unwrap();
    session.flush().unwrap();
    session.exp_string(PAUSE).unwrap();
    session.send("\r").unwrap();
    session.flush().unwrap();
    session.exp_string("You said b; it is c.").unwrap();
    // What of a, which nobody chose?
    session.exp_string("[w] why not the others").unwrap();
    press(&mut session, "w");
    session.exp_string("a)").unwrap();
    session.exp_string("Wrong.").unwrap();
    session.exp_string("Right.").unwrap();
    session.exp_string(PAUSE).unwrap();
    session.send_control('c').unwrap();
    session.exp_string("Interrupted").unwrap();
    ends(session, &home, 130);
}

#[test]
fn ctrl_c_ends_a_statement_that_runs() {
    let home = home("home-interrupt");
    let _desk = QUIET.answer("07_insert", "");
    let mut session = terminal(&QUIET, &home, "lesson 7");
    session.exp_string(PAUSE).unwrap();
    session.send(":").unwrap();
    session.flush().unwrap();
    session.exp_string("sql>").unwrap();
    session.send("SELECT pg_sleep(600), 'asleep' || 'now';\r").unwrap();
    session.flush().unwrap();
    // Until the server says so, the statement does not run yet.
    let url = Ran::of(QUIET.command(&home).args(["server", "url"]).output().unwrap()).stdout;
    let mut client = postgres::Client::connect(url.trim(), postgres::NoTls).unwrap();
    let asleep = "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    while client.query(asleep, &[]).unwrap().is_empty() {
        std::thread::yield_now();
    }
    drop(client);
    session.send_control('c').unwrap();
    session.exp_string("Interrupted").unwrap();
    ends(session, &home, 130);
}

const FULL: &str = "\u{1b}[?1049h";
const BEFORE: &str = "\u{1b}[?1049l";

#[test]
fn the_map_is_walked_filtered_searched_and_left() {
    let home = home("home-map");
    let _desk = QUIET.answer("07_insert", "");
    let _ = std::fs::remove_file(QUIET.root.join(".pglings/progress.json"));
    let mut session = terminal(&QUIET, &home, "list");
    session.exp_string(FULL).unwrap();
    session.exp_string("showing: all").unwrap();
    press(&mut session, "f");
    session.exp_string("showing: begun").unwrap();
    press(&mut session, "f");
    session.exp_string("showing: not done").unwrap();
    press(&mut session, "/insert");
    session.exp_string("/insert").unwrap();
    press(&mut session, "\re");
    session.exp_string("exercises/m1_raw_sql/07_insert.rs").unwrap();
    press(&mut session, "\r");
    session.exp_string(BEFORE).unwrap();
    session.exp_string("INSERT: creating rows").unwrap();
    session.exp_string(PAUSE).unwrap();
    press(&mut session, "q");
    ends(session, &home, 0);
}

#[test]
fn the_map_gives_the_terminal_back_on_ctrl_c() {
    let home = home("home-map-c");
    let mut session = terminal(&WORLD, &home, "list");
    session.exp_string("showing: all").unwrap();
    session.send_control('c').unwrap();
    session.exp_string(BEFORE).unwrap();
    session.exp_string("Interrupted").unwrap();
    ends(session, &home, 130);
}

#[test]
fn ctrl_z_gives_the_terminal_back_until_it_goes_on() {
    let home = home("home-map-z");
    // Job control belongs to a shell that is interactive.
    let command = format!(
        "stty echo; set -m; {} list; stty -a; echo stopped=$?; fg; echo code=$?; stty -a",
        WORLD.command(&home).get_program().to_string_lossy()
    );
    let mut session = shell(&WORLD, &home, &command);
    session.exp_string("showing: all").unwrap();
    session.send_control('z').unwrap();
    session.exp_string(BEFORE).unwrap();
    let settings = session.exp_string("stopped=0").unwrap();
    assert!(settings.contains(" echo ") && settings.contains(" icanon "), "{settings}");
    session.exp_string(FULL).unwrap();
    session.exp_string("showing: all").unwrap();
    press(&mut session, "q");
    session.exp_string(BEFORE).unwrap();
    ends(session, &home, 0);
}

#[test]
fn a_reader_hears_words_and_no_boxes() {
    let home = home("home-plain");
    let mut session = terminal(&WORLD, &home, "list --plain");
    let heard = session.exp_string("code=0").unwrap();
    assert!(heard.contains("Lesson 7, INSERT: creating rows: "), "{heard}");
    let ran = Ran::of(
        WORLD
            .command(&home)
            .args(["lesson", "7", "--no-pause"])
            .env("PGLINGS_PLAIN", "1")
            .output()
            .unwrap(),
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("Row 1 of 1.\nid: 8\n"), "{}", ran.stdout);
    let drawn = |c: char| ('─'..='▏').contains(&c) || "→←✓✗•\u{1b}".contains(c);
    assert!(!ran.stdout.contains(drawn), "{}", ran.stdout);
}
