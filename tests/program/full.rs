//! A disk without room: each write is refused in a sentence that says what to do, what was there
//! before is whole, and once there is room the same command works.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pglings::exercise::exercise;

use crate::room::Room;
use crate::world::{Ran, WORLD, pglings_at, small_workbook};

/// A workbook on a file system of its own.
struct Disk {
    room: Room,
    root: PathBuf,
    // The namespace goes before the folder that it is mounted on.
    _folder: tempfile::TempDir,
}

impl Disk {
    fn new(kibibytes: u32) -> Disk {
        let folder = tempfile::tempdir().unwrap();
        let room = Room::with_space(kibibytes, folder.path());
        let root = folder.path().to_owned();
        small_workbook(&room.path(&root));
        Disk { room, root, _folder: folder }
    }

    /// How one of its files is reached from here.
    fn at(&self, name: &str) -> PathBuf {
        self.room.path(&self.root.join(name))
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.at(name)).unwrap_or_default()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = pglings_at(&self.root, &WORLD.home);
        self.room.command(command.args(words))
    }

    fn run(&self, words: &[&str]) -> Ran {
        Ran::of(self.command(words).output().unwrap())
    }

    /// A command that is refused for want of room, and done when there is some.
    fn refused_then_done(&self, words: &[&str]) -> Ran {
        let before = drafts(&self.at("."));
        let full = self.room.fill_but(0, &self.root);
        no_room(&self.run(words));
        assert_eq!(drafts(&self.at(".")), before, "nothing half done is left");
        drop(full);
        let ran = self.run(words);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran
    }
}

fn no_room(ran: &Ran) {
    assert_eq!(ran.code, 74, "{ran:?}");
    assert!(ran.stderr.contains("No space left on device"), "{ran:?}");
    assert!(ran.stderr.contains("Make room there, and try again."), "{ran:?}");
}

/// What was begun to be written, and not ended.
fn drafts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            found.extend(drafts(&path));
        } else if entry.file_name().to_string_lossy().starts_with(".pglings-") {
            found.push(path);
        }
    }
    found
}

#[test]
#[ignore = "it mounts; .ci/run does it"]
fn without_room_a_hint_is_shown_and_all_else_stays_as_it_was() {
    let disk = Disk::new(4096);
    let answer = "exercises/m1_raw_sql/07_insert.rs";
    fs::write(disk.at(answer), "// mine").unwrap();

    // What a command is for matters more than its memory.
    assert_eq!(disk.run(&["hint", "7"]).code, 0);
    let before = disk.read(".pglings/progress.json");
    let full = disk.room.fill_but(0, &disk.root);
    let ran = disk.run(&["hint", "7"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("Hint 2 of"), "{ran:?}");
    assert!(ran.stderr.contains("Your progress could not be saved: "), "{ran:?}");
    assert!(ran.stderr.contains("Make room there, and try again."), "{ran:?}");
    assert_eq!(disk.read(".pglings/progress.json"), before);
    // Neither the answer nor its place is touched before there is a stub for it.
    no_room(&disk.run(&["reset", "7"]));
    assert_eq!(disk.read(answer), b"// mine");
    // A damaged progress is set aside without room, too.
    drop(full);
    fs::write(disk.at(".pglings/progress.json"), "{").unwrap();
    let full = disk.room.fill_but(0, &disk.root);
    let ran = disk.run(&["list"]);
    assert!(ran.code == 0 && ran.stderr.contains("it is kept as"), "{ran:?}");
    assert_eq!(disk.read(".pglings/progress.damaged.1.json"), b"{");
    drop(full);

    // An earlier archive is whole until the new one is.
    let submit = ["submit", "--out", "mine.zip"];
    disk.refused_then_done(&submit);
    let archive = disk.read("mine.zip");
    fs::write(disk.at(answer), "// mine, and longer").unwrap();
    let full = disk.room.fill_but(0, &disk.root);
    no_room(&disk.run(&submit));
    assert_eq!(disk.read("mine.zip"), archive);
    drop(full);

    disk.refused_then_done(&["reset", "7"]);
    assert_eq!(disk.read(&format!("{answer}.1.bak")), b"// mine, and longer");
    assert_eq!(disk.read(answer), exercise("7").unwrap().stub().as_bytes());
}

#[test]
#[ignore = "it mounts; .ci/run does it"]
fn without_room_stubs_and_the_book_are_as_they_were() {
    let disk = Disk::new(8192);
    let answer = "exercises/m1_raw_sql/07_insert.rs";
    fs::write(disk.at(answer), "// mine").unwrap();
    fs::create_dir(disk.at(".pglings")).unwrap();
    let full = disk.room.fill_but(0, &disk.root);
    no_room(&disk.run(&["dev", "stubs"]));
    assert_eq!(disk.read(answer), b"// mine");
    drop(full);
    let ran = disk.run(&["dev", "stubs"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(disk.read(&format!("{answer}.1.bak")), b"// mine");

    disk.refused_then_done(&["dev", "book", "--out", "book"]);
    let page = disk.read("book/index.html");
    let full = disk.room.fill_but(0, &disk.root);
    no_room(&disk.run(&["dev", "book", "--out", "book"]));
    assert_eq!(disk.read("book/index.html"), page);
    drop(full);
}

#[test]
#[ignore = "it mounts; .ci/run does it"]
fn without_room_a_transcript_is_as_it_was() {
    let disk = Disk::new(4096);
    let transcript = "lessons/m1_raw_sql/07_insert.md";
    let whole = disk.read(transcript);
    fs::write(disk.at(transcript), "of yesterday").unwrap();
    let full = disk.room.fill_but(0, &disk.root);
    no_room(&disk.run(&["dev", "bless", "7"]));
    assert_eq!(disk.read(transcript), b"of yesterday");
    drop(full);
    assert_eq!(disk.run(&["dev", "bless", "7"]).code, 0);
    assert_eq!(
        String::from_utf8_lossy(&disk.read(transcript)).lines().next(),
        String::from_utf8_lossy(&whole).lines().next()
    );
}

/// A home on a file system of its own.
struct Machine {
    room: Room,
    home: PathBuf,
    _folder: tempfile::TempDir,
}

impl Machine {
    fn new(kibibytes: u32) -> Machine {
        let folder = tempfile::tempdir().unwrap();
        // The server's user passes it.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(folder.path(), open).unwrap();
        let room = Room::with_space(kibibytes, folder.path());
        Machine { room, home: folder.path().to_owned(), _folder: folder }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = pglings_at(&WORLD.root, &self.home);
        self.room.command(command.args(words))
    }

    fn lesson(&self) -> Ran {
        Ran::of(self.command(&["lesson", "7", "--no-pause"]).output().unwrap())
    }

    /// Gives it another size.
    fn grow(&mut self, kibibytes: u32) {
        self.room.mount(&format!("mount -o remount,size={kibibytes}k \"$0\""));
    }

    fn has_no_bundle(&self) {
        let cache = fs::read_dir(self.room.path(&self.home.join("cache"))).unwrap();
        let left: Vec<_> = cache.map(|entry| entry.unwrap().file_name()).collect();
        // Nobody can know whether somebody waits for the lock.
        assert_eq!(left, ["fetch.lock"]);
        self.is_quiet();
    }

    /// Sees that no server runs.
    fn is_quiet(&self) {
        let ran = Ran::of(self.command(&["server", "status"]).output().unwrap());
        assert!(!ran.stdout.contains("running at"), "{ran:?}");
        let servers = || {
            fs::read_dir("/proc").unwrap().flatten().filter(|entry| {
                // A server works in the folder of its data.
                fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(&self.home))
            })
        };
        assert_eq!(servers().count(), 0);
    }
}

#[test]
#[ignore = "it mounts; .ci/run does it"]
fn without_room_no_cluster_is_made_and_with_some_it_is() {
    let mut machine = Machine::new(8 << 10);
    no_room(&machine.lesson());
    machine.is_quiet();
    machine.grow(400 << 10);
    let ran = machine.lesson();
    assert_eq!(ran.code, 0, "{ran:?}");
    machine.is_quiet();
    // A cluster that is there has no room for its log, its port or a database.
    let full = machine.room.fill_but(0, &machine.home);
    let ran = machine.lesson();
    assert!([3, 74].contains(&ran.code), "{ran:?}");
    assert!(ran.stderr.contains("No space left on device"), "{ran:?}");
    assert!(ran.stderr.contains("Make room"), "{ran:?}");
    machine.is_quiet();
    drop(full);
    let ran = machine.lesson();
    assert_eq!(ran.code, 0, "{ran:?}");
    machine.is_quiet();
}

#[test]
#[ignore = "it mounts; .ci/run does it"]
fn without_room_no_bundle_is_fetched_and_nothing_of_it_is_left() {
    let machine = Machine::new(2 << 10);
    // Stands in for Python and its pip, which here brings zeros until there is no more room.
    let folder = tempfile::tempdir().unwrap();
    let python = folder.path().join("python3");
    let script = "#!/bin/sh\nwhile [ \"$1\" != --dest ]; do shift; done\n\
                  exec cat /dev/zero >\"$2/pip.whl\"\n";
    fs::write(&python, script).unwrap();
    fs::set_permissions(&python, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let mut command = pglings_at(&WORLD.root, &machine.home);
    command.args(["lesson", "7", "--no-pause", "--server", "bundle"]).env("PATH", path);
    no_room(&Ran::of(machine.room.command(&command).output().unwrap()));
    machine.has_no_bundle();
}

#[test]
#[ignore = "it mounts; .ci/run does it"]
fn without_room_to_unpack_it_no_bundle_is_left_and_with_some_it_is_there() {
    // The archive takes 14 MB, what is in it another 28.
    let mut machine = Machine::new(28 << 10);
    let mut command = pglings_at(&WORLD.root, &machine.home);
    command.args(["lesson", "7", "--no-pause", "--server", "bundle"]);
    let ran = Ran::of(machine.room.command(&command).output().unwrap());
    no_room(&ran);
    assert!(ran.stderr.contains("unpack"), "{ran:?}");
    machine.has_no_bundle();
    machine.grow(400 << 10);
    let ran = Ran::of(machine.room.command(&command).output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
    machine.is_quiet();
}
