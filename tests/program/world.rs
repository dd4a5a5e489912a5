//! A copy of the workbook and a home, so that no test touches a learner's.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// What the tests have in common. Exercises are built in one target folder, so those that write
/// one take [`World::answer`], which lets one in at a time for each exercise; who has one of the
/// quiet copy built takes [`desk_alone`].
pub(crate) struct World {
    pub(crate) root: PathBuf,
    pub(crate) home: PathBuf,
    desks: Mutex<BTreeMap<&'static str, &'static Mutex<()>>>,
}

pub(crate) static WORLD: LazyLock<World> = LazyLock::new(|| World::new("workbook"));

/// A second copy, for tests of the progress file: in the first, others write it whenever they like.
/// Here nobody runs the program who does not sit at an exercise.
pub(crate) static QUIET: LazyLock<World> = LazyLock::new(|| World::new("workbook-quiet"));

impl World {
    pub(crate) fn new(name: &str) -> World {
        // Not in the target folder: cargo would note the copy's files there as those of the
        // package, and take the original for unchanged from then on.
        let key = pglings::home::short_hash(env!("CARGO_MANIFEST_DIR").as_bytes());
        let root = std::env::temp_dir().join(format!("pglings-test-{key}-{name}"));
        let _ = fs::remove_dir_all(&root);
        let source = Path::new(env!("CARGO_MANIFEST_DIR"));
        for name in ["Cargo.toml", "Cargo.lock", "build.rs", "clippy.toml", "README.md"] {
            fs::create_dir_all(&root).unwrap();
            copy_file(&source.join(name), &root.join(name));
        }
        for name in
            [".cargo", ".sqlx", "src", "benches", "exercises", "solutions", "lessons", "tests"]
        {
            copy(&source.join(name), &root.join(name));
        }
        // A learner's own answers stay out of it.
        for exercise in pglings::exercise::exercises() {
            fs::write(root.join(exercise.path()), exercise.stub()).unwrap();
        }
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("home");
        World { root, home, desks: Mutex::default() }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            copy_file(&entry.path(), &to);
        }
    }
}

/// With its time, so that cargo need not build it again.
fn copy_file(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
    let modified = fs::metadata(from).unwrap().modified().unwrap();
    fs::File::options().append(true).open(to).unwrap().set_modified(modified).unwrap();
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// As much of a workbook as commands want that build nothing and ask no server.
pub(crate) fn small_workbook(root: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::create_dir_all(root).unwrap();
    copy_file(&source.join("README.md"), &root.join("README.md"));
    copy(&source.join("exercises"), &root.join("exercises"));
    copy(&source.join("lessons"), &root.join("lessons"));
    for exercise in pglings::exercise::exercises() {
        fs::write(root.join(exercise.path()), exercise.stub()).unwrap();
    }
}

/// The program in a folder, with a home, and no server of the tester's own.
pub(crate) fn pglings_at(root: &Path, home: &Path) -> Command {
    let mut command = World::bare(home);
    command.current_dir(root);
    command
}

impl World {
    /// The program with this home, in the copy of the workbook, and no server of the tester's own.
    pub(crate) fn command(&self, home: &Path) -> Command {
        let mut command = World::bare(home);
        command.current_dir(&self.root);
        command
    }

    #[allow(clippy::disallowed_methods, reason = "tests start the program as a shell would")]
    fn bare(home: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pglings"));
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        command
            .env("PGLINGS_HOME", home)
            .env("CARGO_TARGET_DIR", target)
            // An empty value is as good as none, and keeps a `.env` above out of it.
            .env("DATABASE_URL", "")
            .env_remove("PGLINGS_SERVER")
            .env("NO_COLOR", "1")
            .env("LANG", "C.UTF-8");
        command
    }

    /// A shell in this copy that runs a script, with what is around the program.
    #[cfg(unix)]
    #[allow(clippy::disallowed_methods, reason = "a shell, as a learner has one")]
    pub(crate) fn shell(&self, home: &Path, script: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(script).current_dir(&self.root).env("TERM", "xterm");
        for (name, value) in self.command(home).get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(&self.home).args(args).output().unwrap())
    }

    /// What `list --json` says of exercise 7.
    pub(crate) fn status_of_7(&self) -> serde_json::Value {
        let list = self.run(&["list", "--json"]).json();
        let lessons = list["modules"][0]["lessons"].as_array().unwrap();
        let insert = lessons.iter().find(|lesson| lesson["number"] == 7).unwrap();
        insert["exercise_status"].clone()
    }

    /// Sits down at an exercise: writes an answer to it. The stub is back when the guard is gone.
    pub(crate) fn answer(&self, stem: &'static str, text: &str) -> Desk<'_> {
        let desk = {
            let mut desks = self.desks.lock().unwrap_or_else(PoisonError::into_inner);
            *desks.entry(stem).or_insert_with(|| Box::leak(Box::default()))
        };
        let seat = desk.lock().unwrap_or_else(PoisonError::into_inner);
        let desk = Desk { world: self, stem, _seat: seat };
        fs::write(desk.path(), text).unwrap();
        desk
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The one JSON document on standard output.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// An exercise being worked at.
pub(crate) struct Desk<'a> {
    world: &'a World,
    stem: &'static str,
    _seat: MutexGuard<'a, ()>,
}

/// An exercise being worked at in the quiet copy, while nobody builds the one of the other copy:
/// both programs would be the same file.
pub(crate) struct Seat {
    quiet: Desk<'static>,
    _other: Desk<'static>,
}

impl Seat {
    pub(crate) fn path(&self) -> PathBuf {
        self.quiet.path()
    }
}

/// Sits down at an exercise of the quiet copy, in order to have it built.
pub(crate) fn desk_alone(stem: &'static str, text: &str) -> Seat {
    let other = WORLD.answer(stem, &pglings::exercise::exercise(stem).unwrap().stub());
    Seat { quiet: QUIET.answer(stem, text), _other: other }
}

impl Desk<'_> {
    pub(crate) fn path(&self) -> PathBuf {
        self.world.root.join(pglings::exercise::exercise(self.stem).unwrap().path())
    }
}

impl Drop for Desk<'_> {
    fn drop(&mut self) {
        let exercise = pglings::exercise::exercise(self.stem).unwrap();
        let _ = fs::write(self.path(), exercise.stub());
    }
}
