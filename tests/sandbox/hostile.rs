//! The hostile answers of `tests/hostile`, in both sandboxes, each in one submission with an honest
//! answer and beside another learner's.

use std::fs;
use std::sync::Mutex;
use std::thread;

use pglings::class::gradebook::Graded;
use pglings::exercise::exercise;
use pglings::grade::verdict::Status;

use crate::corpus::{self, whole};
use crate::declared::fits;
use crate::room::{Room, bubblewrap, landlock};

/// The honest answer in the same submission: the other exercise that is not attacked.
const HONEST: &str = "08_select";

/// A hostile answer, and how it may end.
pub(crate) struct Hostile {
    pub(crate) stem: String,
    pub(crate) name: String,
    pub(crate) tries: String,
    pub(crate) text: String,
    expected: String,
    in_a_sandbox: Option<String>,
}

impl Hostile {
    /// The statuses that it may end with in a sandbox.
    pub(crate) fn declared(&self) -> String {
        self.in_a_sandbox.as_ref().unwrap_or(&self.expected).replace('|', " or ")
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Hostile> {
    let mut found = Vec::new();
    for stem in ["07_insert", "17_async_and_sqlx"] {
        let folder = corpus::root().join("hostile").join(stem);
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let says = |what: &str| {
                let line = text.lines().find_map(|line| line.strip_prefix(what));
                line.map(|line| line.trim().to_owned())
            };
            found.push(Hostile {
                stem: stem.to_owned(),
                name: path.file_stem().unwrap().to_string_lossy().into_owned(),
                tries: says("//! tries: ").unwrap(),
                expected: says("//! expect: ").unwrap(),
                in_a_sandbox: says("//! in a sandbox: "),
                text,
            });
        }
    }
    found.sort_by(|a, b| (&a.stem, &a.name).cmp(&(&b.stem, &b.name)));
    found
}

fn honest(room: &Room) -> Graded {
    let solution = exercise(HONEST).unwrap().solution.to_owned();
    room.judge(&[(HONEST, solution)]).remove(HONEST).unwrap()
}

fn contained(room: &Room, hostile: &Hostile, alone: &Graded) -> Vec<String> {
    let solution = exercise(HONEST).unwrap().solution.to_owned();
    // Most are judged in one submission with an honest answer; its verdict is that which it has alone.
    let answers = [(hostile.stem.as_str(), whole(&hostile.text)), (HONEST, solution)];
    let graded = room.judge(&answers);
    let (attack, same) = (&graded[&hostile.stem], &graded[HONEST]);
    let mut faults = Vec::new();
    if !fits(&hostile.declared(), attack) || attack.status == Status::Passed {
        let mut attack = attack.clone();
        attack.text.clear();
        let declared = hostile.declared();
        faults.push(format!("{}: declared {declared}, and it was {attack:#?}", hostile.name));
    }
    if same != alone {
        faults.push(format!("{}: an honest answer with it: {same:#?}", hostile.name));
    }
    faults
}

fn all_are_contained(room: &Room) {
    let mut chosen = all();
    chosen.retain(|hostile| corpus::wanted(&hostile.name));
    let alone = honest(room);
    assert_eq!(alone.status, Status::Passed, "{alone:#?}");
    let (queue, faults) = (Mutex::new(chosen), Mutex::new(Vec::new()));
    // Three at a time: many wait for their deadline.
    let work = || {
        loop {
            let Some(hostile) = queue.lock().unwrap().pop() else { break };
            let found = contained(room, &hostile, &alone);
            faults.lock().unwrap().extend(found);
        }
    };
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(work);
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}:\n{}", room.kind().name(), faults.join("\n"));
}

#[test]
#[ignore = "takes minutes: cargo test --test sandbox -- --ignored"]
fn in_bubblewrap() {
    all_are_contained(&bubblewrap());
}

#[test]
#[ignore = "takes minutes: cargo test --test sandbox -- --ignored"]
fn behind_landlock() {
    all_are_contained(&landlock());
}
