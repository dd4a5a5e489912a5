//! How an answer is compiled, seen from outside: what is kept of cargo's ways, when it is made anew, and
//! that it is said why.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::LazyLock;
use std::time::SystemTime;

use pglings::exercise::exercise;

use crate::world::{Ran, World};

/// A copy of its own: what others build must not be made anew for what is changed here.
static COPY: LazyLock<World> = LazyLock::new(|| World::new("workbook-toolchain"));

/// Without a shared library, which has a place of its own beside the one that the other tests use.
fn kept() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("answers-static")
}

fn start(number: &str) -> Child {
    let exercise = exercise(number).unwrap();
    fs::write(COPY.root.join(exercise.path()), exercise.solution).unwrap();
    let mut command = COPY.command(&COPY.home);
    command.args(["check", number, "--json"]).env("PGLINGS_LINK", "static");
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn passes(child: Child) -> Ran {
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.code, &ran.json()["verdicts"][0]["status"]), (0, &"passed".into()), "{ran:?}");
    ran
}

const ANEW: &str = ", so what exercises stand on is made anew.";

#[test]
fn it_is_made_once_by_whoever_is_first_and_anew_when_it_has_to_be_with_the_reason() {
    let _ = fs::remove_dir_all(kept());
    let (one, other) = (start("7"), start("9"));
    assert!(!passes(one).stderr.contains(ANEW) && !passes(other).stderr.contains(ANEW));
    let record = || fs::read_to_string(kept().join("record.json")).unwrap();
    let before = record();
    assert!(before.contains("\"shared\": false"), "{before}");
    assert!(!passes(start("7")).stderr.contains(ANEW));
    assert_eq!(record(), before);

    // A manifest, the harness, the lock file.
    for inner in ["exercises/Cargo.toml", "exercises/harness/probe.rs", "Cargo.lock"] {
        let file = fs::File::options().append(true).open(COPY.root.join(inner)).unwrap();
        file.set_modified(SystemTime::now()).unwrap();
        let ran = passes(start("7"));
        assert!(ran.stderr.contains(&format!("{inner} has changed{ANEW}")), "{ran:?}");
    }
    // What was made.
    let libraries = fs::read_dir(kept().join("libraries")).unwrap();
    let library = libraries
        .map(|entry| entry.unwrap())
        .find(|entry| entry.file_name().to_string_lossy().starts_with("libpostgres-"));
    let library = library.unwrap();
    fs::remove_file(library.path()).unwrap();
    let ran = passes(start("7"));
    let gone = format!("{} is not there any more{ANEW}", library.file_name().display());
    assert!(ran.stderr.contains(&gone), "{ran:?}");
    // A record that is cut off, as by a full disk.
    fs::write(kept().join("record.json"), &before[..before.len() / 2]).unwrap();
    passes(start("7"));
    assert!(!passes(start("7")).stderr.contains(ANEW));
}

/// The program on `PATH`, started where nothing of the workbook is: it is the one that it was built in.
#[cfg(unix)]
#[test]
fn the_program_itself_is_a_command_in_any_folder() {
    let (ways, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let program = env!("CARGO_BIN_EXE_pglings");
    std::os::unix::fs::symlink(program, ways.path().join("pglings")).unwrap();
    let way = std::env::join_paths([ways.path(), Path::new("/usr/bin"), Path::new("/bin")]);
    let run = |words: &str| {
        let mut shell = COPY.shell(&COPY.home, &format!("exec pglings {words}"));
        shell.current_dir(elsewhere.path()).env("PATH", way.as_ref().unwrap()).env_remove("CARGO");
        Ran::of(shell.output().unwrap())
    };
    let ran = run("hint 7");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.starts_with("Hint 1 of "), "{ran:?}");
    let ran = run("list --json");
    assert_eq!(ran.json()["modules"][0]["lessons"][6]["name"], "insert", "{ran:?}");
    let ran = run("check 99");
    // What there is to type is the command, too.
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("pglings list") && !ran.stderr.contains("cargo run"), "{ran:?}");
}
