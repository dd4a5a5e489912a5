//! Calls that go on at once, held and cut where the check wants it.

use pglings::grade::Verdict;
use pglings::grade::kit::*;
use pglings::grade::verdict::State;
use pglings::lesson::fixtures::EMPTY;
use pglings::postgres::database::Fixture;
use postgres::{Client, Error, IsolationLevel};
use sqlx::PgPool;

use crate::answer::{judge, states};

const FAMILIES: Fixture = Fixture {
    name: "families",
    sql: "CREATE TABLE families (name text PRIMARY KEY, minutes integer NOT NULL);
          INSERT INTO families VALUES ('Curie', 100), ('Noether', 80), ('Zuse', 70)",
    extensions: &[],
};

/// Reads, and writes what it has computed: another one may have written in between.
pub(crate) fn withdraw_blindly(client: &mut Client, name: &str, amount: i32) -> Result<i32, Error> {
    let mut transaction = client.transaction()?;
    let row = transaction.query_one("SELECT minutes FROM families WHERE name = $1", &[&name])?;
    let rest = row.get::<_, i32>(0) - amount;
    transaction.execute("UPDATE families SET minutes = $2 WHERE name = $1", &[&name, &rest])?;
    transaction.commit()?;
    Ok(rest)
}

pub(crate) async fn withdraw_locking(
    pool: &PgPool,
    name: &str,
    amount: i32,
) -> Result<i32, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let sql = "SELECT minutes FROM families WHERE name = $1 FOR UPDATE";
    let minutes: i32 = sqlx::query_scalar(sql).bind(name).fetch_one(&mut *transaction).await?;
    sqlx::query("UPDATE families SET minutes = $2 WHERE name = $1")
        .bind(name)
        .bind(minutes - amount)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(minutes - amount)
}

pub(crate) fn withdraw_again(client: &mut Client, name: &str, amount: i32) -> Result<i32, Error> {
    loop {
        let level = IsolationLevel::RepeatableRead;
        let mut transaction = client.build_transaction().isolation_level(level).start()?;
        let sql = "SELECT minutes FROM families WHERE name = $1";
        let minutes: i32 = transaction.query_one(sql, &[&name])?.get(0);
        let sql = "UPDATE families SET minutes = $2 WHERE name = $1";
        match transaction.execute(sql, &[&name, &(minutes - amount)]) {
            Err(error) if error.code().is_some_and(|code| code.code() == "40001") => {}
            Err(error) => return Err(error),
            Ok(_) => return transaction.commit().map(|()| minutes - amount),
        }
    }
}

pub(crate) fn move_minutes(client: &mut Client, from: &str, to: &str) -> Result<(), Error> {
    let mut transaction = client.transaction()?;
    for (name, change) in [(from, -10), (to, 10)] {
        let sql = "UPDATE families SET minutes = minutes + $2 WHERE name = $1";
        transaction.execute(sql, &[&name, &change])?;
    }
    transaction.commit()
}

pub(crate) async fn several_at_once(pool: &PgPool, at_once: bool) -> Result<(), sqlx::Error> {
    let sleep = || sqlx::query("SELECT pg_sleep(0.02)").execute(pool);
    if at_once {
        futures_util::future::try_join3(sleep(), sleep(), sleep()).await?;
    } else {
        for _ in 0..3 {
            sleep().await?;
        }
    }
    Ok(())
}

fn minutes(t: &mut Trial<'_>, name: &str) -> Outcome<Option<String>> {
    t.value(&format!("SELECT minutes FROM families WHERE name = '{name}'"))
}

fn all_pass(verdict: &Verdict) {
    assert!(states(verdict).iter().all(|(_, state)| *state == State::Passed), "{verdict:#?}");
}

const TAKE_10: &str = "UPDATE families SET minutes = minutes - 10 WHERE name = 'Curie'";

#[test]
fn what_is_done_in_between_is_done_there_each_time() {
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("a lost update is lost each time", &FAMILIES, |t| {
                let point = Before("update families");
                let mut a = t.apart()?.start_to(point, "withdraw_blindly", ("Curie", 30))?;
                let sql = a.until_held()?;
                ensure(sql.starts_with("UPDATE families SET minutes"), sql)?;
                // It is not among what was done, and does not count as running.
                equal("updates", a.sent()?.count_of("update"), 0)?;
                t.sql(TAKE_10)?;
                equal("rest", a.finish::<i32>()?.ok()?, 70)?;
                equal("updates", a.sent()?.count_of("update"), 1)?;
                equal("stored", minutes(t, "Curie")?.as_deref(), Some("70"))
            })?;
            g.check("one that is held behind has been done", &FAMILIES, |t| {
                let mut a =
                    t.apart()?.start_to(After("COMMIT"), "withdraw_locking", ("Curie", 30))?;
                a.until_held()?;
                equal("stored", minutes(t, "Curie")?.as_deref(), Some("70"))?;
                equal("stand", a.stand()?, Stand::Held("COMMIT".to_owned()))?;
                t.sql(TAKE_10)?;
                equal("rest", a.finish::<i32>()?.ok()?, 70)
            })?;
            g.check("a conflict is met once, and the second attempt works", &FAMILIES, |t| {
                let point = Before("UPDATE families");
                let mut a = t.apart()?.start_to(point, "withdraw_again", ("Curie", 30))?;
                a.until_held()?;
                t.sql(TAKE_10)?;
                equal("rest", a.finish::<i32>()?.ok()?, 60)?;
                equal("attempts", a.transactions()?, 2)
            })
        })
    });
    all_pass(&verdict);
}

/// Two withdrawals at once, with the second at each moment of the first.
fn two_at_once(g: &mut Grading, function: &'static str) -> Result<(), Stop> {
    g.check(function, &FAMILIES, move |t| {
        let reset = "UPDATE families SET minutes = 100";
        let mut moments = 0;
        t.before_each(function, ("Curie", 30), reset, |t, a| {
            moments += 1;
            let mut b = t.start(function, ("Curie", 50))?;
            b.stand()?;
            a.finish::<i32>()?.ok()?;
            b.finish::<i32>()?.ok()?;
            equal("what is left", minutes(t, "Curie")?.as_deref(), Some("20"))
        })?;
        equal("moments", moments, 4)
    })
}

#[test]
fn whatever_an_answer_sends_it_is_right_at_each_moment_or_wrong_at_one() {
    let verdict = judge(|| {
        grader(&[], |g| {
            two_at_once(g, "withdraw_locking")?;
            two_at_once(g, "withdraw_again")?;
            two_at_once(g, "withdraw_blindly")?;
            // Before its first reading it has no snapshot yet, and meets no conflict.
            g.check("before the snapshot", &FAMILIES, |t| {
                let point = Before("SELECT minutes");
                let mut a = t.apart()?.start_to(point, "withdraw_again", ("Curie", 30))?;
                a.until_held()?;
                t.sql(TAKE_10)?;
                equal("rest", a.finish::<i32>()?.ok()?, 60)?;
                equal("attempts", a.transactions()?, 1)
            })
        })
    });
    let lost = "what is left: expected \"20\", got \"70\".";
    let expected = [
        ("withdraw_locking", State::Passed),
        ("withdraw_again", State::Passed),
        ("withdraw_blindly", State::Failed(lost.to_owned())),
        ("before the snapshot", State::Passed),
    ];
    assert_eq!(states(&verdict), expected);
}

#[test]
fn who_waits_for_whom_is_told() {
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("a call for a call", &FAMILIES, |t| {
                let first = t.apart()?.named("the first withdrawal");
                let mut a =
                    first.start_to(Before("UPDATE families"), "withdraw_locking", ("Curie", 30))?;
                a.until_held()?;
                let mut b = t.start("withdraw_locking", ("Curie", 50))?;
                equal("who", b.until_waits("…")?, vec!["the first withdrawal".to_owned()])?;
                equal("a", a.finish::<i32>()?.ok()?, 70)?;
                equal("b", b.finish::<i32>()?.ok()?, 20)?;
                equal("b's", b.waited_for(), vec!["the first withdrawal".to_owned()])?;
                equal("a's", a.waited_for().len(), 0)?;
                equal("stored", minutes(t, "Curie")?.as_deref(), Some("20"))
            })?;
            g.check("a call for the check", &FAMILIES, |t| {
                let mut session = t.session()?;
                let mut open = session.transaction().map_err(|_| Stop::Wrong("no".into()))?;
                open.execute(TAKE_10, &[]).map_err(|_| Stop::Wrong("no".into()))?;
                let mut a = t.start("withdraw_locking", ("Curie", 30))?;
                equal("who", a.stand()?, Stand::Waits(vec!["the check".to_owned()]))?;
                open.rollback().map_err(|_| Stop::Wrong("no".into()))?;
                equal("a", a.finish::<i32>()?.ok()?, 70)
            })?;
            g.check("a call for a call that waits for the check", &FAMILIES, |t| {
                let lock = "SELECT FROM families WHERE name = 'Curie' FOR UPDATE";
                t.sql(&format!("BEGIN; {lock}"))?;
                let mut a = t.start("withdraw_locking", ("Curie", 30))?;
                equal("a", a.stand()?, Stand::Waits(vec!["the check".to_owned()]))?;
                let mut b = t.start("withdraw_locking", ("Curie", 50))?;
                let who = b.until_waits("…")?;
                ensure(who.contains(&"call 1".to_owned()), format!("{who:?}"))?;
                t.sql("COMMIT")?;
                equal("a", a.finish::<i32>()?.ok()?, 70)?;
                equal("b", b.finish::<i32>()?.ok()?, 20)?;

                t.sql("UPDATE families SET minutes = 100 WHERE name = 'Curie'")?;
                let [mut a, mut b] =
                    t.while_locked(lock, "withdraw_locking", [("Curie", 30), ("Curie", 50)])?;
                a.finish::<i32>()?.ok()?;
                b.finish::<i32>()?.ok()?;
                equal("stored", minutes(t, "Curie")?.as_deref(), Some("20"))
            })?;
            g.check("one that sleeps stands nowhere yet", &FAMILIES, |t| {
                let mut a = t.start("sleep", (0.1,))?;
                equal("stand", a.stand_within(std::time::Duration::from_millis(5))?, None)?;
                a.finish::<()>()?.ok()
            })?;
            g.check("a deadlock is the server's", &FAMILIES, |t| {
                let second = "UPDATE families SET minutes";
                let mut a =
                    t.apart()?.start_to(After(second), "move_minutes", ("Curie", "Zuse"))?;
                a.until_held()?;
                let mut b =
                    t.apart()?.start_to(After(second), "move_minutes", ("Zuse", "Curie"))?;
                b.until_held()?;
                a.release();
                equal("a", a.stand()?, Stand::Waits(vec!["call 2".to_owned()]))?;
                b.release();
                let came = [a.finish::<()>()?.either(), b.finish::<()>()?.either()];
                let states = came.iter().map(|came| came.as_ref().err().and_then(|e| e.sqlstate()));
                let states: Vec<Option<&str>> = states.collect();
                ensure(
                    states == [None, Some("40P01")] || states == [Some("40P01"), None],
                    format!("{states:?}"),
                )
            })
        })
    });
    all_pass(&verdict);
}

#[test]
fn a_cut_leaves_the_answer_without_knowing() {
    let verdict = judge(|| {
        grader(&[], |g| {
            for (function, client) in [("withdraw_blindly", "sync"), ("withdraw_locking", "sqlx")] {
                for (point, left) in [(Before("COMMIT"), "100"), (After("COMMIT"), "70")] {
                    g.check(&format!("{client}: {point:?}"), &FAMILIES, move |t| {
                        let mut a = t.apart()?.cut(point).start(function, ("Curie", 30))?;
                        let failure = a.finish::<i32>()?.error()?;
                        equal("the server's word", failure.server.is_none(), true)?;
                        equal("stored", minutes(t, "Curie")?.as_deref(), Some(left))
                    })?;
                }
            }
            Ok(())
        })
    });
    assert_eq!(verdict.checks.len(), 4);
    all_pass(&verdict);
}

#[test]
fn locks_and_sessions_are_counted() {
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("the order of locks", &FAMILIES, |t| {
                let mut a = t.apart()?.start_to(Before(""), "move_minutes", ("Zuse", "Curie"))?;
                a.until_held()?;
                equal("order", a.locks("families", "name")?, vec!["Zuse".into(), "Curie".into()])?;
                a.finish::<()>()?.ok()?;
                equal("stored", minutes(t, "Curie")?.as_deref(), Some("110"))
            })?;
            g.check("sessions at once", &EMPTY, |t| {
                let mut a = t.apart()?.pool(4).start("several_at_once", (true,))?;
                a.finish::<()>()?.ok()?;
                equal("at once", a.sessions(), 3)
            })?;
            g.check("one after another", &EMPTY, |t| {
                let mut a = t.apart()?.pool(1).start("several_at_once", (false,))?;
                a.finish::<()>()?.ok()?;
                equal("at once", a.sessions(), 1)
            })
        })
    });
    all_pass(&verdict);
}

#[test]
fn what_does_not_come_to_pass_is_told_in_a_sentence() {
    let verdict = judge(|| {
        grader(&[], |g| {
            g.check("never sent", &FAMILIES, |t| {
                let point = Before("DELETE FROM families");
                t.apart()?
                    .start_to(point, "withdraw_blindly", ("Curie", 30))?
                    .until_held()
                    .map(drop)
            })?;
            g.check("waits before", &FAMILIES, |t| {
                let mut a = t.apart()?.start_to(
                    Before("UPDATE families"),
                    "withdraw_locking",
                    ("Curie", 30),
                )?;
                a.until_held()?;
                let mut b = t.apart()?.start_to(
                    Before("UPDATE families"),
                    "withdraw_locking",
                    ("Curie", 30),
                )?;
                b.until_held().map(drop)
            })?;
            g.check("does not wait", &FAMILIES, |t| {
                let mut a = t.start("withdraw_blindly", ("Curie", 30))?;
                a.until_waits("Both take from 100.").map(drop)
            })?;
            g.check("does not return", &FAMILIES, |t| {
                let mut a = t.apart()?.start_to(
                    Before("UPDATE families"),
                    "withdraw_locking",
                    ("Curie", 30),
                )?;
                a.until_held()?;
                t.start("withdraw_locking", ("Curie", 30))?.finish::<i32>().map(drop)
            })
        })
    });
    let failed = |name, message: &str| (name, State::Failed(message.to_owned()));
    let expected = [
        failed(
            "never sent",
            "`withdraw_blindly` returned 70 and never sent a statement with DELETE FROM families.",
        ),
        failed(
            "waits before",
            "`withdraw_locking` waits for a lock that call 1 holds, before it sends a statement \
             with UPDATE families.",
        ),
        failed(
            "does not wait",
            "`withdraw_blindly` did not wait, and returned 70: Both take from 100.",
        ),
        failed(
            "does not return",
            "`withdraw_locking` does not return: it waits for a lock that call 1 holds.",
        ),
    ];
    assert_eq!(states(&verdict), expected);
}
