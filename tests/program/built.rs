//! The verdict is of the text that was built, whatever becomes of its file meanwhile, and is
//! remembered for that text alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use pglings::exercise::exercise;

use crate::files::pipe;
use crate::watch::{Watch, desk, home, until, with_body};
use crate::world::Seat;
use crate::world::{QUIET, Ran, pglings_at, small_workbook};

fn solution() -> &'static str {
    exercise("7").unwrap().solution
}

/// Begun, and wrong.
fn wrong() -> String {
    with_body("    todo!(\"insert one row\")")
}

fn check() -> Command {
    let mut command = QUIET.command(&QUIET.home);
    command.args(["check", "7", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn status(ran: &Ran) -> String {
    ran.json()["verdicts"][0]["status"].as_str().unwrap_or_else(|| panic!("{ran:?}")).to_owned()
}

/// Something that is done to a file.
type Change<'a> = &'a dyn Fn(&Path);

/// Begins a check, and does something to the file while the compiler is at it: it has read the
/// answer, and waits for a pipe that this includes.
fn in_mid_build(seat: &Seat, change: impl FnOnce(&Path)) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let wait = folder.path().join("wait");
    pipe(&wait);
    let text = format!("{}\nconst _: &str = include_str!({wait:?});\n", solution());
    fs::write(seat.path(), text).unwrap();
    let child = check().spawn().unwrap();
    // Opens when the compiler has opened the other end.
    let other = fs::File::options().write(true).open(&wait).unwrap();
    change(&seat.path());
    drop(other);
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn an_answer_that_changes_while_it_is_built_is_built_again() {
    let seat = desk("");
    let ran = in_mid_build(&seat, |path| fs::write(path, wrong()).unwrap());
    assert_eq!((status(&ran).as_str(), ran.code), ("failed", 1), "{ran:?}");
    assert_eq!(QUIET.status_of_7(), "failed");
}

/// `mv` and `cp -p` bring the time of the file along, by which cargo goes.
#[test]
fn an_older_file_in_the_place_of_a_newer_one_is_built() {
    let seat = desk(&wrong());
    let ran = Ran::of(check().output().unwrap());
    assert_eq!(status(&ran), "failed", "{ran:?}");
    // With what Windows does to a text.
    let text = format!("\u{feff}{}", solution().replace('\n', "\r\n"));
    fs::write(seat.path(), text).unwrap();
    let before = SystemTime::now() - Duration::from_secs(3600);
    fs::File::options().append(true).open(seat.path()).unwrap().set_modified(before).unwrap();
    let ran = Ran::of(check().output().unwrap());
    assert_eq!(status(&ran), "passed", "{ran:?}");
    assert_eq!(QUIET.status_of_7(), "passed");
}

#[test]
#[ignore = "it takes seconds; .ci/run does it"]
fn an_answer_that_goes_while_it_is_built_or_changes_while_it_runs_is_told_as_it_was() {
    let seat = desk("");
    let ran = in_mid_build(&seat, |path| fs::remove_file(path).unwrap());
    assert_eq!((status(&ran).as_str(), ran.code), ("not_started", 1), "{ran:?}");
    let ran = in_mid_build(&seat, |path| {
        fs::remove_file(path).unwrap();
        pipe(path);
    });
    assert_eq!((status(&ran).as_str(), ran.code), ("does_not_compile", 1), "{ran:?}");
    fs::remove_file(seat.path()).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let (began, goes_on) = (folder.path().join("began"), folder.path().join("goes on"));
    let waits = format!(
        "    std::fs::write({began:?}, \"\").unwrap();
    while !std::path::Path::new({goes_on:?}).exists() {{
        std::thread::sleep(std::time::Duration::from_millis(5));
    }}
    // todo: insert one row"
    );
    let text = solution().replacen("    // todo: insert one row", &waits, 1);
    assert_ne!(text, solution());
    let changes: [(&str, Change<'_>); 2] = [
        ("begun", &|path: &Path| fs::write(path, wrong()).unwrap()),
        ("not_started", &|path: &Path| fs::remove_file(path).unwrap()),
    ];
    for (is_now, change) in changes {
        fs::write(seat.path(), &text).unwrap();
        let child = check().spawn().unwrap();
        until("the answer runs", || began.exists());
        change(&seat.path());
        fs::write(&goes_on, "").unwrap();
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!(status(&ran), "passed", "{ran:?}");
        assert_eq!(QUIET.status_of_7(), is_now);
        fs::write(seat.path(), &text).unwrap();
        assert_eq!(QUIET.status_of_7(), "passed", "it is remembered for what was built");
        for mark in [&began, &goes_on] {
            fs::remove_file(mark).unwrap();
        }
    }
}

#[test]
#[ignore = "it takes seconds; .ci/run does it"]
fn a_link_is_built_with_the_text_that_it_leads_to() {
    let seat = desk("");
    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("mine.rs");
    let inside = seat.path().with_file_name("mine.rs");
    for (file, text, wanted) in
        [(&outside, wrong(), "failed"), (&inside, solution().to_owned(), "passed")]
    {
        fs::write(file, &text).unwrap();
        let _ = fs::remove_file(seat.path());
        std::os::unix::fs::symlink(file, seat.path()).unwrap();
        let ran = Ran::of(check().output().unwrap());
        assert_eq!(status(&ran), wanted, "{ran:?}");
        assert_eq!(fs::read_to_string(file).unwrap(), text);
        fs::remove_file(seat.path()).unwrap();
    }
    fs::remove_file(inside).unwrap();
}

#[test]
#[ignore = "it takes seconds; .ci/run does it"]
fn watch_waits_for_no_pipe_and_goes_on_when_there_is_a_file() {
    let seat = desk(&exercise("7").unwrap().stub());
    let mut watch = Watch::start(&home("home-watch"), "watch 7 --poll", &[]);
    watch.sees("Waiting for you to save");
    let replace = |make: &dyn Fn(&Path)| {
        let new = seat.path().with_extension("new");
        make(&new);
        fs::rename(new, seat.path()).unwrap();
    };
    replace(&|path| pipe(path));
    watch.sees("it is a pipe or a device");
    fs::remove_file(seat.path()).unwrap();
    replace(&|path| fs::create_dir(path).unwrap());
    watch.sees("it is a folder");
    fs::remove_dir(seat.path()).unwrap();
    replace(&|path| fs::write(path, "").unwrap());
    watch.sees("main");
    replace(&|path| fs::write(path, solution()).unwrap());
    watch.sees("07_insert: passed");
    watch.press("q");
    watch.ends(0);
}

#[test]
#[ignore = "it takes seconds; .ci/run does it"]
fn cargo_test_tells_what_is_no_text_and_waits_for_no_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    small_workbook(root);
    let path = root.join("exercises/m1_raw_sql/07_insert.rs");
    let program = exercises_test();
    let kinds: [(&dyn Fn(), &str); 4] = [
        (&|| pipe(&path), "it is a pipe or a device"),
        (&|| fs::create_dir(&path).unwrap(), "it is a folder"),
        (&|| std::os::unix::fs::symlink("nowhere", &path).unwrap(), "a file that is not there"),
        (&|| fs::write(&path, [0xff]).unwrap(), "is not a text file"),
    ];
    for (make, why) in kinds {
        if path.is_dir() {
            fs::remove_dir(&path).unwrap()
        } else {
            fs::remove_file(&path).unwrap()
        }
        make();
        let like = pglings_at(root, &QUIET.home);
        #[allow(clippy::disallowed_methods, reason = "what cargo starts")]
        let mut test = Command::new(&program);
        test.current_dir(root).envs(like.get_envs().filter_map(|(n, v)| Some((n, v?))));
        let ran = Ran::of(test.output().unwrap());
        assert_eq!(ran.code, 101, "{ran:?}");
        assert!(ran.stdout.contains(why), "{ran:?}");
        assert!(ran.stdout.contains("1 graded, 0 passed;"), "{ran:?}");
    }
}

/// The program of `cargo test --test exercises`, which grades in the workbook that it is started in.
fn exercises_test() -> PathBuf {
    #[allow(clippy::disallowed_methods, reason = "asks cargo for what it has built")]
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["test", "--no-run", "--test", "exercises", "--message-format", "json"])
        .output()
        .unwrap();
    let messages = String::from_utf8(output.stdout).unwrap();
    let executable = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let own =
            message["target"]["name"] == "exercises" && message["target"]["kind"][0] == "test";
        own.then(|| message["executable"].as_str().map(PathBuf::from)).flatten()
    };
    messages.lines().find_map(executable).unwrap()
}
