//! Runs that are stopped, killed, or lose their server go on where they were; what cannot be done is
//! said in a sentence.

use std::fs;
use std::path::Path;
use std::process::Child;

use pglings::home::Home;
use rustix::process::{Pid, Signal, kill_process};

use crate::book::BOOK;
use crate::command::same;
use crate::room::Room;
use crate::world::{self, Ran, files, noted, until};

fn signal(process: i32, signal: Signal) {
    kill_process(Pid::from_raw(process).unwrap(), signal).unwrap();
}

fn id(child: &Child) -> i32 {
    i32::try_from(child.id()).unwrap()
}

/// Kills the servers that grade for this home.
fn kill_server(home: &Path) {
    let clusters = Home::at(home).unwrap().in_memory().data;
    let pid = |cluster: fs::DirEntry| {
        let file = fs::read_to_string(cluster.path().join("data/postmaster.pid")).ok()?;
        file.lines().next()?.parse::<i32>().ok()
    };
    let servers: Vec<i32> = fs::read_dir(clusters).unwrap().flatten().filter_map(pid).collect();
    assert!(!servers.is_empty(), "a server is up");
    servers.into_iter().for_each(|server| signal(server, Signal::KILL));
}

#[test]
fn a_run_goes_on_whatever_stops_it() {
    let folder = world::folder();
    let (place, out) = (folder.path(), folder.path().join("graded"));
    let home = world::home("home-class-faults");
    let start = || BOOK.grade_at(&home, place, &out, &["--jobs", "1"]).spawn().unwrap();
    let desks = place.join("tmp/pglings-class-");
    let processes = || world::processes(desks.to_str().unwrap());
    let has_noted = |child: &mut Child, count: usize| {
        until("verdicts are noted", || noted(&out) >= count);
        assert!(child.try_wait().unwrap().is_none(), "it still runs");
    };

    // Killed; and nobody else writes to the folder meanwhile.
    let mut run = start();
    has_noted(&mut run, 2);
    let second = world::end(start());
    assert_eq!(second.code, Some(2), "{second:?}");
    assert!(second.stderr.contains("another pglings writes to"), "{second:?}");
    signal(id(&run), Signal::KILL);
    assert_eq!(world::end(run).code, None);
    until("what it ran has ended", || processes().is_empty());
    assert!(world::left_in(place).iter().any(|name| name.starts_with("pglings-class-")));

    // Ctrl-C leaves nothing, not even what the killed one left.
    let mut run = start();
    has_noted(&mut run, noted(&out) + 2);
    signal(id(&run), Signal::INT);
    let ran = world::end(run);
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert!(ran.stderr.contains("What was graded is kept. The same command goes on"), "{ran:?}");
    assert_eq!(processes(), Vec::<String>::new());
    assert_eq!(world::left_in(place), Vec::<String>::new());

    // The server goes away.
    let known = noted(&out);
    let mut run = start();
    has_noted(&mut run, known + 1);
    kill_server(&home);
    let ran = world::end(run);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains(&format!("Going on: {known} answers are graded")), "{ran:?}");
    same(&files(&BOOK.out()), &files(&out));
    assert_eq!(world::left_in(place), Vec::<String>::new());
}

fn refused(ran: &Ran, sentence: &str) {
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains(sentence), "{ran:?}");
    assert_eq!(ran.stdout, "");
}

#[test]
fn what_cannot_be_graded_is_said_in_a_sentence() {
    let folder = world::folder();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("empty")).unwrap();
    fs::write(at("roster.csv"), "id,name\nada,Ada\n").unwrap();
    fs::write(at("bytes.csv"), b"id,name\nada,\xff\n").unwrap();
    fs::write(at("course.toml"), "[exercises]\nnothing = 1\n").unwrap();
    let grade = |words: &[&str]| {
        let mut command = world::pglings(&world::home("home-class"), folder.path());
        world::run(command.current_dir(folder.path()).arg("grade").args(words))
    };
    let _ = BOOK.json();
    let handed = BOOK.place.join("submissions");
    let handed = handed.to_str().unwrap();
    refused(&grade(&[]), "<PATH>");
    refused(&grade(&["nowhere"]), "There is no nowhere to grade");
    refused(&grade(&["empty"]), "there is no submission in empty");
    refused(&grade(&["empty", "--roster", "roster.csv"]), "there is no submission in empty");
    refused(&grade(&["roster.csv"]), "roster.csv is no folder and no archive");
    refused(&grade(&[handed, "--roster", "nowhere.csv"]), "cannot read nowhere.csv");
    refused(&grade(&[handed, "--roster", "empty"]), "cannot read empty: Is a directory");
    refused(&grade(&[handed, "--roster", "bytes.csv"]), "line 2 is no CSV in UTF-8");
    refused(&grade(&[handed, "--course", "course.toml"]), "there is no exercise nothing");
    refused(&grade(&[handed, "--exercise", "nothing"]), "nothing");
    refused(&grade(&[handed, "--sandbox", "sand"]), "there is no sandbox \"sand\"");
    refused(&grade(&[handed, "--partition", "9/8"]), "9/8");
    refused(&grade(&["merge", "nowhere"]), "cannot read nowhere/gradebook.json");
    assert!(!at("pglings-grades").exists(), "nothing is written");
}

#[test]
#[ignore = "it mounts; .ci/run does it"]
fn a_folder_that_cannot_be_written_to_is_said_in_a_sentence() {
    let folder = world::folder();
    let out = folder.path().join("graded");
    fs::create_dir(&out).unwrap();
    let within = |mount: &str| {
        let room = Room::new(mount, &out);
        let home = world::home("home-class");
        let grade = BOOK.grade_at(&home, folder.path(), &out, &["--exercise", "7"]);
        world::run(&mut room.command(&grade))
    };
    let ran = within("mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\"");
    assert_eq!(ran.code, Some(74), "{ran:?}");
    assert!(ran.stderr.contains("Read-only file system"), "{ran:?}");
    // One page: for some verdicts, and not for all of them.
    let ran = within("mount -t tmpfs -o size=4k,mode=755 tmpfs \"$0\"");
    assert_eq!(ran.code, Some(74), "{ran:?}");
    assert!(ran.stderr.contains("cannot write") && ran.stderr.contains("No space left"), "{ran:?}");
    assert_eq!(world::left_in(folder.path()), Vec::<String>::new());
}

/// With less room than it takes, at any of its writes.
#[test]
#[ignore = "it mounts; .ci/run does it"]
fn a_gradebook_that_has_no_room_is_written_when_there_is_some() {
    let (folder, known) = (world::folder(), BOOK.known("full"));
    let out = folder.path().join("graded");
    fs::create_dir(&out).unwrap();
    let room = Room::with_space(8192, &out);
    let there = room.path(&out);
    let journal = fs::read(known.join("verdicts.jsonl")).unwrap();
    let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
    fs::write(there.join("verdicts.jsonl"), &journal).unwrap();
    let grade = || {
        let grade = BOOK.grade_at(&world::home("home-class"), folder.path(), &out, &[]);
        world::run(&mut room.command(&grade))
    };
    let mut refusals = 0;
    for spare in (0..).map(|step: u64| step * (24 << 10)) {
        let full = room.fill_but(spare, &out);
        let ran = grade();
        drop(full);
        assert_eq!(lines(&fs::read(there.join("verdicts.jsonl")).unwrap()), lines(&journal));
        if ran.code == Some(0) {
            break;
        }
        refusals += 1;
        assert_eq!(ran.code, Some(74), "{ran:?}");
        assert!(ran.stderr.contains("Make room there, and try again."), "{ran:?}");
        for (path, bytes) in files(&there) {
            let whole = !bytes.is_empty() && !path.to_string_lossy().contains(".pglings-");
            assert!(whole, "{}", path.display());
        }
    }
    assert!(refusals > 2, "it was refused at the journal and at the gradebook");
    same(&files(&BOOK.out()), &files(&there));
}
