//! Files that are not as a program hopes: exercises, the progress and the folder of the workbook.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use pglings::exercise::exercise;
use pglings::exercise::submission::read;

use crate::room::Room;
use crate::world::{Ran, WORLD, pglings_at, small_workbook};

const SEVEN: &str = "exercises/m1_raw_sql/07_insert.rs";

/// A user that is none of ours, where we are root, whom no mode keeps out.
const SOMEBODY: u32 = 54_321;

fn run(root: &Path, words: &[&str]) -> Ran {
    Ran::of(pglings_at(root, &WORLD.home).args(words).output().unwrap())
}

/// The same by a user whom modes keep out, with a home of their own.
struct Somebody {
    folder: tempfile::TempDir,
    program: PathBuf,
}

impl Somebody {
    fn new() -> Somebody {
        let folder = tempfile::tempdir().unwrap();
        // The folder of the build may be closed to others.
        let program = folder.path().join("pglings");
        fs::copy(env!("CARGO_BIN_EXE_pglings"), &program).unwrap();
        let somebody = Somebody { folder, program };
        small_workbook(&somebody.root());
        somebody.own(somebody.folder.path());
        somebody
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("workbook")
    }

    /// Gives them a folder with all in it.
    fn own(&self, path: &Path) {
        if rustix::process::geteuid().is_root() {
            chown(path, Some(SOMEBODY), Some(SOMEBODY)).unwrap();
            if path.is_dir() {
                fs::read_dir(path).unwrap().for_each(|entry| self.own(&entry.unwrap().path()));
            }
        }
    }

    fn close(&self, name: &str, mode: u32) {
        let path = self.root().join(name);
        fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    }

    #[allow(clippy::disallowed_methods, reason = "tests start the program as a shell would")]
    fn command(&self, words: &[&str]) -> Command {
        let like = pglings_at(&self.root(), &self.folder.path().join("home"));
        let mut command = Command::new(&self.program);
        for (name, value) in like.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if rustix::process::geteuid().is_root() {
            command.uid(SOMEBODY).gid(SOMEBODY);
        }
        command.args(words).current_dir(self.root());
        command
    }

    fn run(&self, words: &[&str]) -> Ran {
        Ran::of(self.command(words).output().unwrap())
    }
}

#[test]
fn an_exercise_that_is_no_text_is_told_by_every_command_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    small_workbook(root);
    let path = root.join(SEVEN);
    fs::remove_file(&path).unwrap();
    let elsewhere = root.join("elsewhere.rs");
    let kinds: [(&dyn Fn(), &str); 7] = [
        (&|| fs::write(&path, [0xff, 0]).unwrap(), "is not a text file"),
        (
            &|| fs::File::create(&path).unwrap().set_len(100 << 20).unwrap(),
            "is larger than 1 MiB, which no answer needs to be",
        ),
        (&|| symlink(&elsewhere, &path).unwrap(), "is a link to a file that is not there"),
        (&|| symlink(&path, &path).unwrap(), "Too many levels of symbolic links"),
        (&|| fs::create_dir(&path).unwrap(), "it is a folder"),
        (&|| symlink("/dev/zero", &path).unwrap(), "it is a pipe or a device and no file"),
        (&|| pipe(&path), "it is a pipe or a device and no file"),
    ];
    for (make, why) in kinds {
        make();
        let ran = run(root, &["check", "7"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.stdout.contains(why) && ran.stdout.contains(" reset 7"), "{ran:?}");
        let ran = run(root, &["list", "--json"]);
        let insert = &ran.json()["modules"][0]["lessons"][6];
        assert_eq!((&insert["number"], &insert["exercise_status"]), (&7.into(), &"begun".into()));
        assert_eq!(run(root, &["hint", "7"]).code, 0);
        let ran = run(root, &["submit"]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains(why) && ran.stderr.contains(SEVEN), "{ran:?}");
        let ran = run(root, &["dev", "check"]);
        assert!(ran.code == 4 && ran.stderr.contains(SEVEN), "{ran:?}");
        let ran = run(root, &["reset", "7"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let kept = ran.stdout.trim().rsplit(' ').next().unwrap();
        assert!(fs::symlink_metadata(root.join(kept)).is_ok(), "{ran:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), exercise("7").unwrap().stub());
        fs::remove_file(&path).unwrap();
    }
    // Neither is an archive of ours.
    fs::write(&path, "// mine").unwrap();
    pipe(&root.join("pglings-submission.zip"));
    assert_eq!(run(root, &["submit"]).code, 2);
}

#[allow(clippy::disallowed_methods, reason = "a shell, as a learner has one")]
pub(crate) fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn what_modes_close_is_told_and_left_alone() {
    let somebody = Somebody::new();
    let root = somebody.root();
    let progress = root.join(".pglings/progress.json");
    fs::write(root.join(SEVEN), "// mine").unwrap();
    somebody.own(&root);
    somebody.close(SEVEN, 0o000);
    for (words, code) in [(&["check", "7"][..], 1), (&["submit"], 2)] {
        let ran = somebody.run(words);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.code, code, "{ran:?}");
        assert!(said.contains("cannot be opened: Permission denied"), "{ran:?}");
    }
    let ran = somebody.run(&["reset", "7"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(root.join(format!("{SEVEN}.1.bak")).exists());

    // A progress that cannot be read is neither lost nor written over, and nothing waits for it.
    assert_eq!(somebody.run(&["hint", "7"]).code, 0);
    assert_eq!(somebody.run(&["hint", "7"]).code, 0);
    let before = fs::read(&progress).unwrap();
    somebody.close(".pglings/progress.json", 0o000);
    for words in [&["list"][..], &["hint", "7"], &["check", "7"]] {
        let ran = somebody.run(words);
        assert_eq!(ran.code, i32::from(words[0] == "check"), "{ran:?}");
        let told = ran.stderr.matches("Your progress is not known").count();
        assert_eq!(told, usize::from(words[0] != "check"), "{ran:?}");
    }
    somebody.close(".pglings/progress.json", 0o444);
    assert_eq!(fs::read(&progress).unwrap(), before);

    // A folder that can be read alone.
    somebody.close(".pglings", 0o555);
    let ran = somebody.run(&["hint", "7"]);
    assert!(ran.code == 0 && ran.stdout.contains("Hint 3 of"), "{ran:?}");
    assert!(ran.stderr.contains("could not be saved: "), "{ran:?}");
    assert!(ran.stderr.contains("Give yourself the right to do so"), "{ran:?}");
    somebody.close(".pglings/progress.json", 0o644);
    fs::write(&progress, "{").unwrap();
    let ran = somebody.run(&["list"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("Your progress is not known"), "{ran:?}");
    assert_eq!(fs::read_to_string(&progress).unwrap(), "{");
    somebody.close(".pglings", 0o755);
}

#[test]
#[ignore = "it mounts; .ci/run does it"]
fn a_workbook_that_is_read_only_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    small_workbook(root);
    fs::write(root.join(SEVEN), "// mine").unwrap();
    let room = Room::new("mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\"", root);
    let run = |words: &[&str]| {
        let mut command = pglings_at(root, &WORLD.home);
        Ran::of(room.command(command.args(words)).output().unwrap())
    };
    for words in [&["list"][..], &["hint", "7"], &["solution", "7", "--yes"]] {
        let ran = run(words);
        assert_eq!(ran.code, 0, "{ran:?}");
        let told = ran.stderr.contains("could not be saved: ");
        assert_eq!(told, words[0] == "hint", "{ran:?}");
    }
    for words in [&["reset", "7"][..], &["submit"]] {
        let ran = run(words);
        assert_eq!(ran.code, 74, "{ran:?}");
        assert!(ran.stderr.contains("Read-only file system"), "{ran:?}");
        assert!(ran.stderr.contains("Make it writable, or use a copy elsewhere."), "{ran:?}");
    }
    assert_eq!(fs::read_to_string(root.join(SEVEN)).unwrap(), "// mine");
    let elsewhere = tempfile::tempdir().unwrap();
    let out = elsewhere.path().join("mine.zip");
    assert_eq!(run(&["submit", "--out", out.to_str().unwrap()]).code, 0);
    assert_eq!(read(&fs::read(out).unwrap()).unwrap()[0].1, "// mine");
}

/// Names that a shell, a URL or a program in C might take for something else.
const ODD: [&str; 5] =
    ["with a space", "it's \"mine\"", "$HOME `id` \\ %41", "žluťoučký 漢字", "-rf * ?#&;"];

#[test]
fn a_workbook_may_be_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let deep: PathBuf = std::iter::repeat_n("d".repeat(200), 10).collect();
    for name in ODD.iter().map(PathBuf::from).chain([deep]) {
        let root = folder.path().join(&name);
        small_workbook(&root);
        fs::write(root.join(SEVEN), "// mine").unwrap();
        for words in [&["list"][..], &["hint", "7"], &["submit"], &["reset", "7"]] {
            let ran = run(&root, words);
            assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{name:?}: {ran:?}");
        }
        let archive = fs::read(root.join("pglings-submission.zip")).unwrap();
        assert_eq!(read(&archive).unwrap()[0].1, "// mine");
        assert_eq!(fs::read_to_string(root.join(format!("{SEVEN}.1.bak"))).unwrap(), "// mine");
        assert!(root.join(".pglings/progress.json").exists());
    }
}

/// Walks a lesson with that home.
fn lesson(home: &Path) -> Command {
    let mut command = WORLD.command(home);
    command.args(["lesson", "7", "--no-pause"]);
    command
}

fn a_home_may_be_any_of(names: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    // The server's user passes it.
    fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    for name in names {
        let home = folder.path().join(name);
        let ran = Ran::of(lesson(&home).output().unwrap());
        assert_eq!(ran.code, 0, "{name}: {ran:?}");
        let status = Ran::of(WORLD.command(&home).args(["server", "status"]).output().unwrap());
        assert!(!status.stdout.contains("running at"), "{status:?}");
    }
}

#[test]
fn a_home_may_have_a_space_in_its_name() {
    a_home_may_be_any_of(&ODD[..1]);
}

#[test]
#[ignore = "it takes seconds; .ci/run does it"]
fn a_home_may_be_anywhere() {
    a_home_may_be_any_of(&ODD[1..]);
}

fn is_told_of_another_home(ran: &Ran) {
    assert_eq!(ran.code, 74, "{ran:?}");
    assert!(ran.stderr.contains("PGLINGS_HOME may name another folder"), "{ran:?}");
}

#[test]
fn where_a_home_is_a_file_another_one_is_proposed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    // Where the server's user cannot pass, it would have another place.
    fs::set_permissions(file.path(), PermissionsExt::from_mode(0o755)).unwrap();
    is_told_of_another_home(&Ran::of(lesson(file.path()).output().unwrap()));
}

#[test]
#[ignore = "it mounts; .ci/run does it"]
fn where_a_home_is_read_only_another_one_is_proposed() {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::new("mount -t tmpfs -o ro tmpfs \"$0\"", folder.path());
    let command = lesson(&folder.path().join("home"));
    is_told_of_another_home(&Ran::of(room.command(&command).output().unwrap()));
}

#[test]
fn without_a_home_or_a_folder_for_temporary_files_all_works_that_needs_none() {
    let somebody = Somebody::new();
    for words in [&["list"][..], &["hint", "7"], &["check"], &["reset", "7"]] {
        let mut command = somebody.command(words);
        command
            .env_remove("PGLINGS_HOME")
            .env("HOME", "/nonexistent")
            .env("TMPDIR", "/nonexistent");
        let ran = Ran::of(command.output().unwrap());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    }
    let mut command = somebody.command(&["lesson", "7", "--no-pause"]);
    command.env_remove("PGLINGS_HOME").env("HOME", "/nonexistent").env("TMPDIR", "/nonexistent");
    is_told_of_another_home(&Ran::of(command.output().unwrap()));
}
