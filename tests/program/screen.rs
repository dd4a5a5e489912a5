//! A terminal that changes its size, is interrupted, stopped and closed, at any point.
#![cfg(unix)]

use std::path::Path;
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};
use rexpect::session::PtySession;

use crate::keys::{PAUSE, ends, home, press, shell};
use crate::world::{QUIET, Ran, WORLD, World, desk_alone};

const SIZES: [(u16, u16); 4] = [(0, 0), (20, 5), (40, 12), (200, 50)];

/// A terminal of a size, whose shell has job control; its name, and the number of the shell.
fn sized(
    world: &World,
    home: &Path,
    args: &str,
    (columns, rows): (u16, u16),
) -> (PtySession, String, i32) {
    let program = world.command(home).get_program().to_string_lossy().into_owned();
    let mut session = shell(
        world,
        home,
        &format!(
            "stty echo cols {columns} rows {rows}; echo tty=$(tty)=$$=; trap : INT; set -m; \
             {program} {args}; code=$?; while [ $code -gt 140 ]; do \
             echo stopped=$(stty -a | grep -c ' icanon'); fg; code=$?; done; \
             echo code=$code; stty -a"
        ),
    );
    session.exp_string("tty=").unwrap();
    let tty = session.exp_string("=").unwrap();
    let shell = session.exp_string("=").unwrap().parse().unwrap();
    (session, tty, shell)
}

fn resize(tty: &str, (columns, rows): (u16, u16)) {
    #[allow(clippy::disallowed_methods, reason = "as somebody at another terminal would")]
    let mut stty = std::process::Command::new("stty");
    stty.args(["cols", &columns.to_string(), "rows", &rows.to_string()]);
    stty.stdin(std::fs::File::options().read(true).write(true).open(tty).unwrap());
    assert!(stty.status().unwrap().success());
}

/// Waits until something holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "never: {what}");
        // Others compile meanwhile.
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn admin(home: &Path) -> Client {
    let url = Ran::of(QUIET.command(home).args(["server", "url"]).output().unwrap()).stdout;
    Client::connect(url.trim(), NoTls).unwrap()
}

/// Waits until a session of the server waits so.
fn until_waits(client: &mut Client, event: &str) {
    let waits = "SELECT FROM pg_stat_activity WHERE $1 IN (wait_event, wait_event_type)";
    until(event, || !client.query(waits, &[&event]).unwrap().is_empty());
}

#[test]
fn a_new_size_is_no_trouble_at_any_point() {
    let home = home("home-sizes");
    let _desk = QUIET.answer("07_insert", "");
    let (mut session, tty, _) = sized(&QUIET, &home, "lesson 7", (80, 24));
    // There is more than fits; the screen grows while that waits.
    session.exp_string("[Enter] more").unwrap();
    resize(&tty, (200, 50));
    session.exp_string("[Enter] more").unwrap();
    press(&mut session, "\r");
    session.exp_string(PAUSE).unwrap();
    for size in SIZES {
        resize(&tty, size);
        session.exp_string("[Enter] run").unwrap();
        press(&mut session, "?");
        session.exp_string("b, Left").unwrap();
        session.exp_string("[Enter] run").unwrap();
    }
    press(&mut session, ":");
    for (index, size) in SIZES.into_iter().enumerate() {
        session.exp_string("sql>").unwrap();
        resize(&tty, size);
        press(&mut session, &format!("SELECT {index} + 70 AS n;\r"));
        session.exp_string(&format!(" 7{index} ")).unwrap();
        session.exp_string("(1 row)").unwrap();
    }
    session.exp_string("sql>").unwrap();
    press(&mut session, "SELECT current_database();\r");
    let (_, name) = session.exp_regex("pglings_[a-z0-9_]*[0-9a-f]").unwrap();
    session.exp_string("sql>").unwrap();
    press(&mut session, "\r");
    session.exp_string(PAUSE).unwrap();

    // The step waits for a lock of ours.
    let mut admin = admin(&home);
    let url = Ran::of(QUIET.command(&home).args(["server", "url"]).output().unwrap()).stdout;
    let mut config: postgres::Config = url.trim().parse().unwrap();
    let mut other = config.dbname(&name).connect(NoTls).unwrap();
    let mut lock = other.transaction().unwrap();
    lock.batch_execute("LOCK users").unwrap();
    press(&mut session, "\r");
    until_waits(&mut admin, "Lock");
    SIZES.into_iter().for_each(|size| resize(&tty, size));
    lock.rollback().unwrap();
    drop((other, admin));
    session.exp_string("(1 row)").unwrap();
    session.exp_string("step 2 of").unwrap();
    session.exp_string(PAUSE).unwrap();
    press(&mut session, "q");
    ends(session, &home, 0);
}

#[test]
fn the_map_is_drawn_in_any_size() {
    let home = home("home-map-sizes");
    let (mut session, tty, _) = sized(&WORLD, &home, "list", (80, 24));
    session.exp_string("showing: all").unwrap();
    for (index, size) in SIZES.into_iter().enumerate() {
        resize(&tty, size);
        press(&mut session, &format!("/x{index}"));
        session.exp_string(&format!("/x{index}")).unwrap();
        press(&mut session, "\r");
    }
    press(&mut session, "q");
    ends(session, &home, 0);
}

#[test]
fn ctrl_z_and_ctrl_c_leave_the_terminal_sane() {
    let home = home("home-signals");
    let _desk = QUIET.answer("07_insert", "");
    let (mut session, _, _) = sized(&QUIET, &home, "lesson 7 --from 2", (200, 50));
    let stops = |session: &mut PtySession| {
        session.send_control('z').unwrap();
        session.exp_string("stopped=1").unwrap();
    };
    // At a pause.
    session.exp_string(PAUSE).unwrap();
    stops(&mut session);
    session.exp_string(PAUSE).unwrap();
    // At the prompt; Ctrl-C there leads back to the lesson.
    press(&mut session, ":");
    session.exp_string("sql>").unwrap();
    press(&mut session, "SELECT 'half");
    session.exp_string("half").unwrap();
    stops(&mut session);
    session.exp_string("half").unwrap();
    press(&mut session, "', 'whole';\r");
    session.exp_string("(1 row)").unwrap();
    session.exp_string("sql>").unwrap();
    session.send_control('c').unwrap();
    session.exp_string(PAUSE).unwrap();
    // While a statement runs.
    press(&mut session, ":");
    session.exp_string("sql>").unwrap();
    press(&mut session, "SELECT pg_sleep(600), 'asleep' || 'now';\r");
    let mut admin = admin(&home);
    until_waits(&mut admin, "PgSleep");
    drop(admin);
    stops(&mut session);
    session.exp_string("pglings").unwrap();
    session.send_control('c').unwrap();
    session.exp_string("Interrupted").unwrap();
    ends(session, &home, 130);
}

#[cfg(target_os = "linux")]
mod processes {
    use super::*;

    /// Those whose environment has this text.
    fn with(text: &str) -> Vec<String> {
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let named = processes.filter(|process| {
            let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
            String::from_utf8_lossy(&environment).contains(text)
        });
        named.map(|process| process.file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn ctrl_c_and_ctrl_z_in_a_build() {
        let home = home("home-build");
        let solution = pglings::exercise::exercise("07_insert").unwrap().solution;
        let _desk = QUIET.answer("07_insert", solution);
        // A target folder of its own makes this a first build.
        let target = tempfile::tempdir().unwrap();
        let name = format!("CARGO_TARGET_DIR={}", target.path().display());
        let program = QUIET.command(&home).get_program().to_string_lossy().into_owned();
        let mut session = shell(
            &QUIET,
            &home,
            &format!(
                "stty echo cols 80 rows 24; trap : INT; set -m; {name} {program} check 7; \
                 echo stopped=$?; fg; echo code=$?; stty -a"
            ),
        );
        session.exp_string("packages compiled").unwrap();
        session.send_control('z').unwrap();
        session.exp_string("stopped=").unwrap();
        session.exp_string("packages compiled").unwrap();
        session.send_control('c').unwrap();
        session.exp_string("Interrupted").unwrap();
        ends(session, &home, 130);
        until("no compiler is left", || with(&name).is_empty());
    }

    #[test]
    fn a_terminal_that_closes_ends_the_program() {
        let _desk = QUIET.answer("07_insert", "");
        let points = [
            ("lesson 7", (80, 24), "[Enter] more", ""),
            ("lesson 7", (200, 50), PAUSE, ":"),
            ("list", (80, 24), "showing: all", ""),
        ];
        for (index, (args, size, shown, keys)) in points.into_iter().enumerate() {
            let home = home(&format!("home-closed-{index}"));
            let (mut session, _, leader) = sized(&QUIET, &home, args, size);
            session.exp_string(shown).unwrap();
            press(&mut session, keys);
            // With the leader of its session a terminal hangs up.
            let environment = format!("PGLINGS_HOME={}", home.display());
            assert!(with(&environment).len() > 1);
            pglings::process::kill(leader);
            until(&format!("{args} ends by itself ({index})"), || with(&environment).is_empty());
        }
    }
}

#[test]
fn a_truncated_progress_file_is_set_aside_and_rebuilt() {
    let solution = pglings::exercise::exercise("07_insert").unwrap().solution;
    let _desk = desk_alone("07_insert", solution);
    let path = QUIET.root.join(".pglings/progress.json");
    let _ = std::fs::remove_file(&path);
    assert_eq!(QUIET.run(&["check", "7"]).code, 0);
    assert_eq!(QUIET.status_of_7(), "passed");
    let whole = std::fs::read(&path).unwrap();
    for length in [0, 1, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        let ran = QUIET.run(&["check", "7"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.stderr.contains("it is kept as"), "{length}: {ran:?}");
        assert_eq!(QUIET.status_of_7(), "passed", "{length}");
    }
}

#[test]
fn a_huge_exercise_is_told_in_a_sentence() {
    let solution = pglings::exercise::exercise("07_insert").unwrap().solution;
    let comment = "// There is much to say of this.\n".repeat(70_000);
    let desk = QUIET.answer("07_insert", &format!("{solution}{comment}"));
    for length in [None, Some(100 << 20)] {
        if let Some(length) = length {
            std::fs::File::options()
                .write(true)
                .open(desk.path())
                .unwrap()
                .set_len(length)
                .unwrap();
        }
        let ran = QUIET.run(&["check", "7"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.stdout.contains("is larger than 1 MiB"), "{ran:?}");
    }
}
