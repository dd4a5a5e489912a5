//! What an answer gets that takes more than its share: the verdict, or what it says itself, as
//! declared in `tests/hostile_class/takes`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

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

/// Pools, which want threads, are compiled and run before, while and after another answer takes all
/// that its user may have.
fn honest_pools_pass_beside_a_thousand_threads(room: &Room) {
    // Two thousand would be in each other's way.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let text = corpus::framed(
        "fn attempts(_: &mut postgres::Client) {
            let wait = || std::thread::sleep(std::time::Duration::from_secs(60));
            while std::thread::Builder::new().stack_size(16 << 10).spawn(wait).is_ok() {}
            wait();
        }",
    );
    let honest = exercise("17_async_and_sqlx").unwrap();
    let ended = AtomicBool::new(false);
    let pools = || {
        let mut all = Vec::new();
        while !ended.load(Ordering::Relaxed) {
            let judged = room.judge(&[(honest.stem, honest.solution.to_owned())]);
            all.push(judged[honest.stem].clone());
        }
        all
    };
    let all = std::thread::scope(|scope| {
        let pools = [scope.spawn(pools), scope.spawn(pools)];
        room.judge(&[("07_insert", text)]);
        ended.store(true, Ordering::Relaxed);
        pools.map(|pools| pools.join().unwrap()).concat()
    });
    for graded in all {
        assert_eq!(graded.status, Status::Passed, "{graded:#?}");
    }
}

#[test]
#[ignore = "takes minutes: cargo test --test sandbox -- --ignored"]
fn beside_a_thousand_threads_in_bubblewrap() {
    honest_pools_pass_beside_a_thousand_threads(&bubblewrap());
}

#[test]
#[ignore = "takes minutes: cargo test --test sandbox -- --ignored"]
fn beside_a_thousand_threads_behind_landlock() {
    honest_pools_pass_beside_a_thousand_threads(&landlock());
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
