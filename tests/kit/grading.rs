//! Checks that pass, fail, and are not tried.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use pglings::grade::kit::*;
use pglings::grade::verdict::{State, Status};
use pglings::lesson::fixtures::{EMPTY, LUNDO};

use crate::answer::{judge, states};

fn failed(message: &str) -> State {
    State::Failed(message.to_owned())
}

fn not_tried(why: &str) -> State {
    State::NotTried(why.to_owned())
}

#[test]
fn what_is_still_to_be_written_is_told_once() {
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("a", &EMPTY, |t| t.call("unwritten", ())?.ok())?;
            g.then("b", |t| t.call("unwritten", ())?.ok())?;
            g.then("c", |t| t.call("one", ())?.ok().and_then(|one: i32| equal("one", one, 1)))?;
            g.check("d", &EMPTY, |t| t.call("also_unwritten", ())?.ok())?;
            g.then("e", |t| {
                t.call::<i32>("one", ())?.ok()?;
                t.call("unwritten", ())?.ok()
            })
        })
    });
    assert_eq!(verdict.status, Status::Failed);
    let expected = [
        ("a", failed("`unwritten` is still to be written: write it.")),
        ("b", not_tried("`unwritten` is still to be written")),
        ("c", State::Passed),
        ("d", failed("`also_unwritten` is still to be written.")),
        ("e", not_tried("`unwritten` is still to be written")),
    ];
    assert_eq!(states(&verdict), expected);
}

#[test]
fn a_branch_that_is_written_is_tried() {
    let verdict = judge(|| {
        grader(&[], |g| {
            for (name, positive) in [("a", false), ("b", true), ("c", false)] {
                g.check(name, &EMPTY, move |t| t.call("half", (positive,))?.ok().map(|_: i32| ()))?;
            }
            Ok(())
        })
    });
    let expected = [
        ("a", failed("`half` is still to be written: the negative half.")),
        ("b", State::Passed),
        ("c", not_tried("`half` is still to be written")),
    ];
    assert_eq!(states(&verdict), expected);
}

#[test]
fn what_builds_on_a_check_waits_for_it() {
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("right", &EMPTY, |_| Ok(()))?;
            g.check("wrong", &EMPTY, |_| wrong("no"))?;
            g.needs("right").then("on right", |_| Ok(()))?;
            g.needs("right").needs("wrong").check("on both", &EMPTY, |_| panic!("is not tried"))?;
            g.needs("on both").then("on that", |_| panic!("is not tried"))?;
            g.then("on its own", |_| Ok(()))?;
            g.needs("wrong").query(
                "a query",
                &Query::new("one", "SELECT 1"),
                &[Data::Fixture(EMPTY)],
                &[],
            )
        })
    });
    assert_eq!(verdict.status, Status::Failed);
    let expected = [
        ("right", State::Passed),
        ("wrong", failed("no")),
        ("on right", State::Passed),
        ("on both", not_tried("first \"wrong\"")),
        ("on that", not_tried("first \"on both\"")),
        ("on its own", State::Passed),
        ("a query", not_tried("first \"wrong\"")),
    ];
    assert_eq!(states(&verdict), expected);
}

#[test]
fn nothing_is_left_untried_without_a_reason() {
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("a", &EMPTY, |_| pglings::grade::kit::not_tried("b comes first"))?;
            g.check("c", &EMPTY, |_| pglings::grade::kit::not_tried("b comes first"))
        })
    });
    assert_eq!(verdict.status, Status::Failed);
    let expected = [("a", failed("b comes first")), ("c", not_tried("b comes first"))];
    assert_eq!(states(&verdict), expected);
}

#[test]
fn a_need_of_no_check_is_a_fault_of_the_grader() {
    let verdict = judge(|| grader(&[], |g| g.needs("nothing").check("a", &EMPTY, |_| Ok(()))));
    assert_eq!(verdict.status, Status::Broken);
    assert!(verdict.message.contains("a check needs \"nothing\""), "{}", verdict.message);
}

/// Two that can only pass if they are made at the same time: each waits until the other one is there.
#[test]
fn chains_of_checks_go_on_side_by_side_and_are_told_in_their_order() {
    static THERE: AtomicUsize = AtomicUsize::new(0);
    fn meet(t: &mut Trial<'_>) -> Outcome {
        THERE.fetch_add(1, Ordering::SeqCst);
        let began = Instant::now();
        while THERE.load(Ordering::SeqCst) < 2 {
            ensure(began.elapsed().as_secs() < 60, "nobody came")?;
            thread::yield_now();
        }
        equal("one", t.call::<i32>("one", ())?.ok()?, 1)
    }
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("a", &EMPTY, meet)?;
            g.then("b", |_| wrong("no"))?;
            g.check("c", &EMPTY, meet)?;
            g.then("d", |t| t.call("unwritten", ())?.ok())
        })
    });
    let unwritten = "`unwritten` is still to be written: write it.";
    let expected =
        [("a", State::Passed), ("b", failed("no")), ("c", State::Passed), ("d", failed(unwritten))];
    assert_eq!(states(&verdict), expected);
}

/// Which of several ended the answer can only be told when they are made one after another.
#[test]
fn an_answer_that_ends_is_told_at_the_check_that_ended_it() {
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("a", &EMPTY, |t| t.call::<()>("sleep", (0.2,))?.ok())?;
            g.check("b", &EMPTY, |t| t.call::<()>("ends", ())?.ok())?;
            g.check("c", &EMPTY, |t| t.call::<()>("sleep", (0.2,))?.ok())
        })
    });
    assert_eq!(verdict.status, Status::Crashed);
    let told: Vec<_> = verdict.checks.iter().map(|check| (&*check.name, check.passed())).collect();
    assert_eq!(told, [("a", true)], "{}", verdict.message);
}

/// A session that goes on to the next check has nothing left of this one.
#[test]
fn the_sessions_of_the_next_check_are_as_new() {
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("a", &LUNDO, |t| {
                t.sql("SET work_mem = '1MB'; CREATE TEMP TABLE mine (); PREPARE p AS SELECT 1")?;
                t.call::<()>("leaves_things_behind", ())?.ok()
            })?;
            g.then("b", |t| {
                let left = t.call::<Vec<String>>("finds_things", ())?.ok()?;
                equal("what the answer finds", left, Vec::new())?;
                let ours = t.value("SELECT current_setting('work_mem') || to_regclass('mine')")?;
                equal("what the grader finds", ours, None)?;
                let waiting = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'";
                equal("open transactions", t.value(waiting)?.as_deref(), Some("0"))
            })
        })
    });
    assert_eq!(states(&verdict), [("a", State::Passed), ("b", State::Passed)]);
}
