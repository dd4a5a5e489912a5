//! Lessons at the keys of a terminal. The pseudo-terminal is one of zero columns, which is as bad
//! as they come.
#![cfg(unix)]

use std::path::{Path, PathBuf};

use rexpect::session::{PtySession, spawn_command};

use crate::world::{QUIET, Ran};

const PAUSE: &str = "[Enter] run";

fn home(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// A shell that runs the program and then tells its exit code and whether the terminal echoes.
fn terminal(home: &Path, args: &str) -> PtySession {
    let pglings = QUIET.command(home);
    #[allow(clippy::disallowed_methods, reason = "a shell, as a learner has one")]
    let mut shell = std::process::Command::new("sh");
    let program = pglings.get_program().to_string_lossy();
    // The shell lives through the Ctrl-C that is meant for the program.
    shell.arg("-c").arg(format!("stty echo; trap : INT; {program} {args}; echo code=$?; stty -a"));
    shell.current_dir(&QUIET.root).env("TERM", "xterm");
    for (name, value) in pglings.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    spawn_command(shell, Some(60_000)).unwrap()
}

/// Expects the end: this exit code, a terminal that echoes, and no server.
fn ends(mut session: PtySession, home: &Path, code: u8) {
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
    let mut session = terminal(&home, "lesson 7");
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
    session.send("b").unwrap();
    session.flush().unwrap();
    session.exp_string("(1 row)").unwrap();
    session.exp_string("Now this one again").unwrap();
    session.exp_string(PAUSE).unwrap();
    session.send("q").unwrap();
    session.flush().unwrap();
    session.exp_string("Left at step 2").unwrap();
    ends(session, &home, 0);

    // Without a command it goes on there; the first step has been run.
    let mut session = terminal(&home, "");
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
    session.exp_string(PAUSE).unwrap();
    session.send("q").unwrap();
    session.flush().unwrap();
    ends(session, &home, 0);
}

#[test]
fn a_prediction_is_held_against_what_happens() {
    let home = home("home-guess");
    let _desk = QUIET.answer("07_insert", "");
    let mut session = terminal(&home, "lesson 7 --from 4");
    session.exp_string("[a-c] your guess").unwrap();
    session.send("b").unwrap();
    session.flush().unwrap();
    session.exp_string(PAUSE).unwrap();
    session.send("\r").unwrap();
    session.flush().unwrap();
    session.exp_string("You said b; it is c.").unwrap();
    session.exp_string(PAUSE).unwrap();
    session.send_control('c').unwrap();
    session.exp_string("Interrupted").unwrap();
    ends(session, &home, 130);
}

#[test]
fn ctrl_c_ends_a_statement_that_runs() {
    let home = home("home-interrupt");
    let _desk = QUIET.answer("07_insert", "");
    let mut session = terminal(&home, "lesson 7");
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
