//! `watch` at a terminal: saves, keys, and leaving at any point.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pglings::exercise::exercise;
use rexpect::session::{PtySession, spawn_command};

use crate::world::{QUIET, Ran, Seat, WORLD, desk_alone};

const STEM: &str = "07_insert";
const WAITING: &str = "Waiting for you to save exercises/m1_raw_sql/07_insert.rs";
const FULL: &str = "\u{1b}[?1049h";
const BEFORE: &str = "\u{1b}[?1049l";

/// A shell in a pseudo-terminal that runs `watch`, tells its exit code, and shows the settings of
/// the terminal.
pub(crate) struct Watch {
    session: PtySession,
    home: PathBuf,
    /// The device of the terminal.
    tty: String,
}

impl Watch {
    pub(crate) fn start(home: &Path, args: &str, set: &[(&str, &str)]) -> Watch {
        Watch::in_script(home, &format!("PROGRAM {args}; echo code=$?; stty -a"), set)
    }

    fn in_script(home: &Path, script: &str, set: &[(&str, &str)]) -> Watch {
        let pglings = QUIET.command(home);
        let program = pglings.get_program().to_string_lossy();
        let script = script.replace("PROGRAM", &program);
        let script = format!("tty; stty echo rows 24 cols 80; trap : INT; {script}");
        let mut shell = QUIET.shell(home, &script);
        shell.env_remove("VISUAL").env_remove("EDITOR");
        shell.envs(set.iter().copied());
        let mut session = spawn_command(shell, Some(60_000)).unwrap();
        let tty = session.read_line().unwrap();
        Watch { session, home: home.to_owned(), tty }
    }

    /// In ASCII: rexpect reads each byte as a character. Returns what came before.
    pub(crate) fn sees(&mut self, text: &str) -> String {
        self.session.exp_string(text).unwrap_or_else(|error| {
            let error = error.to_string();
            let from = error.char_indices().rev().nth(3000).map_or(0, |(at, _)| at);
            panic!("{text:?} does not come: {}", &error[from..]);
        })
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.session.send(keys).unwrap();
        self.session.flush().unwrap();
    }

    fn control(&mut self, key: char) {
        self.session.send_control(key).unwrap();
        self.session.flush().unwrap();
    }

    /// Gives the terminal another size, and sees that all of it is drawn anew.
    fn resize(&mut self, columns: u32, rows: u32) {
        let size = [columns.to_string(), rows.to_string()];
        #[allow(clippy::disallowed_methods, reason = "what a window manager does")]
        let done = std::process::Command::new("stty")
            .args(["-F", &self.tty, "cols", &size[0], "rows", &size[1]])
            .status();
        assert!(done.unwrap().success());
        self.sees("\u{1b}[H");
        self.sees("Grading");
    }

    /// Expects the end: this exit code, a terminal as it was, and no server.
    pub(crate) fn ends(mut self, code: u8) {
        self.sees(&format!("code={code}"));
        let settings = self.session.exp_eof().unwrap();
        is_as_it_was(&settings);
        let status =
            Ran::of(QUIET.command(&self.home).args(["server", "status"]).output().unwrap());
        assert!(!status.stdout.contains("running at"), "{status:?}");
    }
}

fn is_as_it_was(settings: &str) {
    let settings = settings.replace(['\r', '\n'], " ");
    for wanted in [" echo ", " icanon ", " opost ", " isig "] {
        assert!(settings.contains(wanted), "{wanted}: {settings}");
    }
}

pub(crate) fn home(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn solution() -> &'static str {
    exercise(STEM).unwrap().solution
}

/// The solution with another body for `add_user`.
pub(crate) fn with_body(body: &str) -> String {
    let start = solution().find("    // todo: insert one row").unwrap();
    let end = start + solution()[start..].find("    // end").unwrap();
    format!("{}{body}\n{}", &solution()[..start], &solution()[end..])
}

/// An answer that never ends, and waits for the server. When it has begun the file is there, with
/// its process and ours.
fn endless(mark: &Path) -> String {
    let new = mark.with_extension("new");
    with_body(&format!(
        "    let ids = format!(\"{{}} {{}}\", std::process::id(), std::os::unix::process::parent_id());
    std::fs::write({new:?}, ids).unwrap();
    std::fs::rename({new:?}, {mark:?}).unwrap();
    loop {{ let _ = client.batch_execute(\"SELECT pg_sleep(600)\"); }}"
    ))
}

/// Waits until that has begun. Takes the mark away for the next.
fn begins(mark: &Path) -> Vec<String> {
    until("the answer begins", || fs::read_to_string(mark).is_ok());
    let ids = fs::read_to_string(mark).unwrap();
    fs::remove_file(mark).unwrap();
    ids.split_whitespace().map(str::to_owned).collect()
}

/// Waits until a process is gone.
fn gone(id: &str) {
    let stat = format!("/proc/{id}/stat");
    let lives = || fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
    until("it is gone", || !lives());
}

/// Waits for a condition; gives up after a minute, as the terminal does.
pub(crate) fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed().as_secs() < 60, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Sits down with nothing known of earlier sessions.
pub(crate) fn desk(text: &str) -> Seat {
    let seat = desk_alone(STEM, text);
    let _ = fs::remove_file(QUIET.root.join(".pglings/progress.json"));
    seat
}

#[test]
fn a_save_is_graded_a_pass_is_celebrated_and_the_next_is_a_key_away() {
    let home = home("home-watch-fresh");
    let _ = fs::remove_dir_all(&home);
    let desk = desk(&exercise(STEM).unwrap().stub());
    let mut watch = Watch::start(&home, "watch 7", &[]);
    watch.sees("Exercise 7: INSERT");
    watch.sees(WAITING);
    fs::write(desk.path(), with_body("    Ok(7)")).unwrap();
    // What takes long is told in its place, and nothing moves on its own over our screen.
    let mut told = watch.sees("Making a private PostgreSQL cluster (once)");
    told += &watch.sees(" add_user stores the user");
    assert!(!told.contains("\u{e2}\u{a0}") && !told.contains("\u{1b}[1A"), "{told:?}");
    watch.sees("Press h for a hint.");
    watch.sees(WAITING);
    for (key, shown) in [("h", "Hint 1 of"), ("h", "Hint 2 of"), ("\u{1b}", "Press h for a hint.")]
    {
        watch.press(key);
        watch.sees(shown);
    }
    // The solution is not for whoever has not passed, unless they say so.
    watch.press("s");
    watch.sees("Show the solution? [y/N]");
    watch.press("n");
    watch.sees(WAITING);
    watch.press("d");
    watch.sees("[y/N]");
    watch.press("y");
    watch.sees("-     Ok(7)");
    // As editors do: a new file takes the place of the old one.
    let new = desk.path().with_extension("swp");
    fs::write(&new, solution().replace("Stores a user and", "Puts a user there and")).unwrap();
    fs::rename(&new, desk.path()).unwrap();
    watch.sees("Every check holds.");
    watch.sees("1 of ");
    watch.sees("walks lesson 8: SELECT");
    watch.sees("07_insert: passed");
    watch.sees(WAITING);
    watch.press("d");
    watch.sees("- /// Puts a user there and");
    watch.sees("+ /// Stores a user and");
    watch.press("s");
    watch.sees("//! # Exercise 7: INSERT");
    watch.press("c");
    watch.sees("07_insert: passed");
    watch.sees("1 of 1 that are begun have passed.");
    watch.press("n");
    watch.sees(BEFORE);
    // Its introduction is longer than the screen.
    watch.sees("[Enter] more");
    watch.press("q");
    watch.sees("Any key leads back");
    watch.press(" ");
    watch.sees(FULL);
    watch.sees("exercises/m1_raw_sql/08_select.rs");
    watch.press("q");
    watch.ends(0);
    assert_eq!(QUIET.status_of_7(), "passed");
}

#[test]
fn an_answer_that_never_ends_is_left_by_any_way_and_stopped_by_the_next_save() {
    let home = home("home-watch");
    let marks = tempfile::tempdir().unwrap();
    let mark = marks.path().join("began");
    let desk = desk(&endless(&mark));

    // By its key, and it never counts.
    let mut watch = Watch::start(&home, "watch", &[]);
    watch.sees("Grading 07_insert");
    let answer = begins(&mark);
    watch.press("h");
    watch.sees("Hint 1 of");
    watch.press("q");
    watch.ends(0);
    gone(&answer[0]);
    assert_eq!(QUIET.status_of_7(), "begun");

    // By Ctrl-C.
    let mut watch = Watch::start(&home, "watch", &[]);
    let answer = begins(&mark);
    watch.control('c');
    watch.sees("Interrupted");
    watch.ends(130);
    gone(&answer[0]);

    // By the end of its terminal.
    let mut watch = Watch::start(&home, "watch", &[]);
    watch.sees("Grading");
    let answer = begins(&mark);
    drop(watch);
    gone(&answer[0]);
    gone(&answer[1]);

    // Ctrl-Z stops it before us, and it begins again with us.
    let script =
        "set -m; PROGRAM watch; stty -a; echo stopped=; read line; fg; echo code=$?; stty -a";
    let mut watch = Watch::in_script(&home, script, &[]);
    let answer = begins(&mark);
    watch.control('z');
    watch.sees(BEFORE);
    is_as_it_was(&watch.sees("stopped="));
    gone(&answer[0]);
    watch.press("\n");
    watch.sees(FULL);
    // All of it is there again.
    watch.sees("Exercise 7: INSERT");
    let answer = begins(&mark);
    // Any size will do.
    for (columns, rows) in [(20, 5), (0, 0), (200, 50), (80, 24)] {
        watch.resize(columns, rows);
    }
    // What a key has shown stays; the verdict waits for its turn.
    watch.press("h");
    watch.sees("Hint 2 of");
    watch.press("l");
    watch.sees("showing: all");
    watch.press("q");
    watch.sees("Hint 2 of");
    // Much sooner than the ten seconds that it would have.
    fs::write(desk.path(), solution()).unwrap();
    gone(&answer[0]);
    watch.sees("07_insert: passed");
    let url = Ran::of(QUIET.command(&home).args(["server", "url"]).output().unwrap()).stdout;
    let mut client = postgres::Client::connect(url.trim(), postgres::NoTls).unwrap();
    let asleep = "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    assert!(client.query(asleep, &[]).unwrap().is_empty());
    drop(client);
    watch.press("q");
    watch.ends(0);
    assert_eq!(QUIET.status_of_7(), "passed");
}

#[test]
fn what_is_no_answer_is_told_and_reset_asks_and_keeps_it() {
    let desk = desk(&exercise(STEM).unwrap().stub());
    let home = home("home-watch");
    // Where the file system says nothing, looks find the same.
    let mut watch = Watch::start(&home, "watch --poll", &[]);
    watch.sees("Exercise 1");
    fs::write(desk.path(), "// A comment of an answer.\n".repeat(80_000)).unwrap();
    // The one that is saved is taken in hand, since none was named.
    watch.sees("is larger than 1 MiB");
    let new = desk.path().with_extension("swp");
    fs::write(&new, [0xff, 0xfe, 0x00]).unwrap();
    fs::rename(&new, desk.path()).unwrap();
    watch.sees("is not a text file");
    // A word that would be said on the error stream does not go over our screen.
    fs::create_dir_all(QUIET.root.join(".pglings")).unwrap();
    fs::write(QUIET.root.join(".pglings/progress.json"), "{\"version\": 1, \"exer").unwrap();
    watch.press("h");
    watch.sees("Hint 1 of");
    watch.sees("The progress file is damaged");
    watch.press("r");
    watch.sees("Your file is kept beside it. [y/N]");
    watch.press("n");
    watch.sees(WAITING);
    assert_eq!(fs::read(desk.path()).unwrap(), [0xff, 0xfe, 0x00]);
    watch.press("r");
    watch.sees("[y/N]");
    watch.press("y");
    watch.sees("Your answer is kept in");
    watch.press("q");
    watch.ends(0);
    assert_eq!(kept(desk.path()), [[0xff, 0xfe, 0x00]]);
}

/// What is in the copies beside a file, and takes them away.
fn kept(path: PathBuf) -> Vec<Vec<u8>> {
    let files = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    let copies = files.filter(|path| path.extension().is_some_and(|ending| ending == "bak"));
    let take = |copy: PathBuf| {
        let bytes = fs::read(&copy).unwrap();
        fs::remove_file(copy).unwrap();
        bytes
    };
    copies.map(take).collect()
}

#[test]
fn the_editor_has_the_terminal_and_the_map_leads_to_another_exercise() {
    let desk = desk(&exercise(STEM).unwrap().stub());
    let files = tempfile::tempdir().unwrap();
    let answer = files.path().join("answer.rs");
    fs::write(&answer, [0xff]).unwrap();
    let script = format!("stty -a; echo in the editor; cp {} \"$0\"", answer.display());
    let editor = format!("sh -c '{script}'");
    // Ctrl-C is the editor's own as long as it has the terminal.
    let interrupted = format!("sh -c 'trap : INT; kill -INT 0; {script}'");
    let home = home("home-watch");
    let mut watch = Watch::start(&home, "watch 7", &[("VISUAL", &interrupted)]);
    watch.sees(WAITING);
    watch.press("o");
    watch.sees(BEFORE);
    is_as_it_was(&watch.sees("in the editor"));
    watch.sees(FULL);
    watch.sees("is not a text file");
    watch.press("l");
    watch.sees("showing: all");
    watch.press("\u{1b}[B\r");
    watch.sees("Exercise 8: SELECT");
    fs::write(desk.path(), exercise(STEM).unwrap().stub()).unwrap();
    // `e` takes it in hand, too.
    watch.press("l");
    watch.sees("showing: all");
    watch.press("ke");
    watch.sees("in the editor");
    watch.sees("is not a text file");
    watch.press("q");
    watch.ends(0);

    // In the map of `list` it stays there.
    fs::write(desk.path(), exercise(STEM).unwrap().stub()).unwrap();
    let mut list = Watch::start(&home, "list", &[("EDITOR", &editor)]);
    list.sees("showing: all");
    list.press("/insert\re");
    list.sees("in the editor");
    list.sees(FULL);
    list.sees("Opened exercises/m1_raw_sql/07_insert.rs");
    assert_eq!(fs::read(desk.path()).unwrap(), [0xff]);
    list.press("q");
    list.press("q");
    list.ends(0);
}

#[test]
fn a_reader_hears_each_page_once_and_no_screen() {
    let desk = desk(&exercise(STEM).unwrap().stub());
    let mut watch = Watch::start(&home("home-watch"), "watch 7 --plain", &[]);
    watch.sees("Keys: n next, h hint,");
    watch.sees(WAITING);
    fs::write(desk.path(), [0xff]).unwrap();
    watch.sees("is not a text file");
    watch.press("h");
    watch.sees("Hint 1 of");
    watch.press("l");
    let heard = watch.sees("Lesson 7, INSERT: creating rows: ");
    assert!(!heard.contains("\u{1b}["), "{heard:?}");
    watch.press("q");
    watch.ends(0);
}

#[test]
fn without_a_terminal_it_says_that_it_needs_one() {
    let ran = WORLD.run(&["watch"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
    assert!(ran.stderr.contains("watch needs a terminal"), "{ran:?}");
}

#[test]
fn reset_of_all_asks_at_a_terminal_and_keeps_what_was_begun() {
    let desk = desk("// mine");
    let _other = QUIET.answer("08_select", "// mine, too");
    let mut reset = Watch::start(&home("home-watch"), "reset --all", &[]);
    reset.sees("Start the 2 exercises anew");
    reset.press("n");
    reset.sees("All is as you left it.");
    reset.ends(0);
    assert_eq!(fs::read_to_string(desk.path()).unwrap(), "// mine");
    let ran = QUIET.run(&["reset", "--all"]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 2), "{ran:?}");
    assert_eq!(fs::read_to_string(desk.path()).unwrap(), exercise(STEM).unwrap().stub());
    let mut copies = kept(desk.path());
    copies.sort();
    assert_eq!(copies, [b"// mine".to_vec(), b"// mine, too".to_vec()]);
    let ran = QUIET.run(&["reset", "--all", "--yes"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "No exercise is begun yet.\n"), "{ran:?}");
    assert_eq!(QUIET.run(&["reset"]).code, 2);
    assert_eq!(QUIET.run(&["reset", "7", "--all"]).code, 2);
}
