//! What an answer gets that takes more than its share: the verdict, or what it says itself, as
//! declared in `tests/hostile_class/takes`.

use pglings::class::gradebook::Graded;
use pglings::exercise::exercise;
use pglings::grade::verdict::Status;
use pglings::sandbox::Kind;

use crate::corpus::{self, File};
use crate::room::{Room, bubblewrap, landlock};

/// The row that is judged by the verdict.
pub(crate) const VERDICT: &str = "the verdict";

pub(crate) fn word(status: Status) -> String {
    let word = serde_json::to_value(status).unwrap();
    word.as_str().unwrap().to_owned()
}

/// Whether a verdict is one that is declared: statuses, and a part of the message.
pub(crate) fn fits(declared: &str, graded: &Graded) -> bool {
    let (statuses, part) = declared.split_once(": ").unwrap_or((declared, ""));
    let failed = graded.checks.iter().find_map(|check| match &check.state {
        pglings::grade::verdict::State::Failed(message) => Some(message.clone()),
        _ => None,
    });
    let said = format!("{}\n{}", graded.message, failed.unwrap_or_default());
    statuses.split(" or ").any(|status| status == word(graded.status)) && said.contains(part)
}

/// An honest answer of another learner, graded while the attempt lasts.
fn honest(room: &Room) -> Graded {
    let solution = exercise("08_select").unwrap().solution.to_owned();
    room.judge(&[("08_select", solution)]).remove("08_select").unwrap()
}

fn take(room: &Room, file: &File) -> Vec<String> {
    let text = corpus::framed(&file.text);
    let (graded, beside) = std::thread::scope(|scope| {
        let beside = scope.spawn(|| honest(room));
        (room.judge(&[("07_insert", text)]), beside.join().unwrap())
    });
    let graded = &graded["07_insert"];
    let mut faults = Vec::new();
    if beside.status != Status::Passed {
        faults.push(format!("{}: an honest answer beside it: {beside:#?}", file.name));
    }
    for row in &file.rows {
        let declared =
            if room.kind() == Kind::Bubblewrap { &row.bubblewrap } else { &row.landlock };
        let line = format!("{} => {declared}", row.attempt);
        let holds = if row.attempt == VERDICT {
            fits(declared, graded)
        } else {
            graded.output.lines().any(|said| said == line)
        };
        if !holds {
            let mut graded = graded.clone();
            graded.text.clear();
            faults.push(format!("{}: declared {declared}, and it was {graded:#?}", file.name));
        }
    }
    faults
}

fn each_is_stopped(room: &Room) {
    let files = corpus::files("hostile_class/takes").into_iter();
    let files = files.filter(|file| corpus::wanted(&file.name));
    let faults: Vec<String> = files.flat_map(|file| take(room, &file)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
#[ignore = "takes minutes: cargo test --test sandbox -- --ignored"]
fn in_bubblewrap() {
    each_is_stopped(&bubblewrap());
}

#[test]
#[ignore = "takes minutes: cargo test --test sandbox -- --ignored"]
fn behind_landlock() {
    each_is_stopped(&landlock());
}
