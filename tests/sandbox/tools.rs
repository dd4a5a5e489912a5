//! What every Linux has to do something to another process with, or to leave something in memory, used
//! by a program of the same user, as answers are where the grader is not root.

use std::path::{Path, PathBuf};
use std::time::Duration;

use pglings::process::Program;
use pglings::sandbox::{Choice, Kind, Room, Sandbox, user};

/// As a shell has them, and what is said of them in bubblewrap. `@` is the other process. What is made
/// in bubblewrap goes with its namespace.
const TOOLS: [(&str, &str); 8] = [
    ("renice -n 19 -p @", "No such process"),
    ("ionice -c 3 -p @", "No such process"),
    ("taskset -p 1 @", "No such process"),
    ("chrt --idle -p 0 @", "No such process"),
    ("prlimit --core=0 --pid @", "No such process"),
    ("ipcmk --shmem 64", ""),
    ("ipcmk --semaphore 1", ""),
    ("ipcmk --queue", ""),
];

/// Nobody else's place.
const PLACE: usize = 99;

/// What the tool says to who may not use it so; nothing if it has worked.
fn refusal(kind: Kind, line: &str) -> String {
    let launcher = PathBuf::from(env!("CARGO_BIN_EXE_pglings"));
    let sandbox = Sandbox::choose(Choice::Only(kind), launcher).unwrap();
    let other = Program::new("sleep").arg("60").user(user(PLACE)).start().unwrap();
    let line = line.replace('@', &other.pid().to_string());
    let mut words = line.split(' ');
    let path = Path::new("/usr/bin").join(words.next().unwrap());
    let args: Vec<&str> = words.collect();
    let room = Room::new(PathBuf::from("/")).read(path.clone()).user(user(PLACE));
    let ran = sandbox.program(&path, &args, &room).run(Duration::from_secs(20)).unwrap();
    if kind == Kind::None {
        remove(&ran.stdout.text());
    }
    if ran.success() { String::new() } else { ran.stderr.text() }
}

/// What has been made, as `ipcmk` tells it: `Message queue id: 7`.
fn remove(said: &str) {
    let Some((what, id)) = said.trim().split_once(" id: ") else { return };
    let option = match what {
        "Shared memory" => "--shmem-id",
        "Semaphore" => "--semaphore-id",
        _ => "--queue-id",
    };
    let gone = Program::new("ipcrm").args([option, id]).run(Duration::from_secs(20)).unwrap();
    assert!(gone.success(), "{gone:?}");
}

#[test]
fn they_work_where_nothing_is_in_the_way() {
    for (tool, _) in TOOLS {
        assert_eq!(refusal(Kind::None, tool), "", "{tool}");
    }
}

#[test]
#[ignore = "wants Linux 6.7, for Landlock; .ci/run does it"]
fn landlock_refuses_them() {
    for (tool, _) in TOOLS {
        let refusal = refusal(Kind::Landlock, tool);
        assert!(refusal.contains("Permission denied"), "{tool}: {refusal:?}");
    }
}

#[test]
#[ignore = "wants bubblewrap; .ci/run does it"]
fn in_bubblewrap_there_is_nobody_to_use_them_on() {
    for (tool, said) in TOOLS {
        let refusal = refusal(Kind::Bubblewrap, tool);
        assert!(refusal.contains(said), "{tool}: {refusal:?}");
        assert_eq!(refusal.is_empty(), said.is_empty(), "{tool}: {refusal:?}");
    }
}
