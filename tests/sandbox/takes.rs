//! What an answer gets that takes more than its share: the verdict, or what it says itself, as
//! declared in `tests/hostile_class/takes`.

use pglings::class::gradebook::Graded;
use pglings::exercise::exercise;
use pglings::grade::verdict::Status;

use crate::corpus;
use crate::declared;
use crate::room::{Room, bubblewrap, landlock};

/// An honest answer of another learner, graded while the attempt lasts.
fn honest(room: &Room) -> Graded {
    let solution = exercise("08_select").unwrap().solution.to_owned();
    room.judge(&[("08_select", solution)]).remove("08_select").unwrap()
}

fn each_is_stopped(room: &Room) {
    declared::each_gets(room, "hostile_class/takes", |file, faults| {
        let text = corpus::framed(&file.text);
        let (mut graded, beside) = std::thread::scope(|scope| {
            let beside = scope.spawn(|| honest(room));
            (room.judge(&[("07_insert", text)]), beside.join().unwrap())
        });
        if beside.status != Status::Passed {
            faults.push(format!("{}: an honest answer beside it: {beside:#?}", file.name));
        }
        let got = |attempt: &str, declared: &str, graded: &Graded| {
            let line = format!("{attempt} => {declared}");
            graded.output.lines().any(|said| said == line)
        };
        (graded.remove("07_insert").unwrap(), got)
    });
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
