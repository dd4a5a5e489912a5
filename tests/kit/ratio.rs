//! How long something takes, held against something else.

use std::thread::sleep;
use std::time::Duration;

use pglings::grade::kit::{Called, grader};
use pglings::grade::verdict::{Check, State};
use pglings::lesson::fixtures::EMPTY;

use crate::answer::{judge, states};

#[test]
fn an_answer_that_sleeps_is_slow_and_one_that_does_not_is_not() {
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("slow", &EMPTY, |t| {
                t.at_most_times(3.0, "SELECT pg_sleep(0.02)", |t| t.call("sleep", (0.3,))?.ok())
            })?;
            g.then("quick", |t| {
                t.at_most_times(3.0, "SELECT pg_sleep(0.02)", |t| {
                    t.call("sleep", (0.02,)).and_then(Called::ok)
                })
            })?;
            g.then("slower, and too quick to tell", |t| {
                t.at_most_times_of(
                    0.1,
                    |_| Ok(()),
                    |t| {
                        t.call::<i32>("half", (true,))?.ok()?;
                        Ok(())
                    },
                )
            })
        })
    });
    let [slow, others @ ..] = verdict.checks.as_slice() else { panic!("{verdict:?}") };
    let State::Failed(message) = &slow.state else { panic!("{verdict:?}") };
    let message = pglings::report::message::text(message);
    assert!(message.starts_with("it takes 3"), "{message}");
    assert!(message.contains("3 times as long at the most"), "{message}");
    assert!(others.iter().all(Check::passed), "{:#?}", states(&verdict));
}

#[test]
fn noise_is_no_slowness() {
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("quick in the fifth round", &EMPTY, |t| {
                let mut round = 0;
                t.at_most_times(3.0, "SELECT 1", |_| {
                    round += 1;
                    if round != 5 {
                        sleep(Duration::from_millis(100));
                    }
                    Ok(())
                })
            })
        })
    });
    assert!(verdict.checks.iter().all(Check::passed), "{:#?}", states(&verdict));
}
