//! Checks of exercise 41: a lost update and a write skew.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use harness::protocol::Failure;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::grade::kit::*;
use crate::postgres::database::Fixture;

const HINTS: &[&str] = &[
    "`withdraw` needs no transaction of several statements: `UPDATE … SET minutes = minutes - $2 \
     WHERE …` does the sum by itself, and a condition behind WHERE can say that there is enough. \
     `RETURNING minutes` gives what is left.",
    "`query_opt` says whether the UPDATE has found a row. If not, a second question tells \
     `NoSuchFamily` from `NotEnough`.",
    "In `go_off_duty`, count those on duty and change the row in one transaction, begun with \
     `pool.begin_with(\"BEGIN ISOLATION LEVEL SERIALIZABLE\")`. `READ COMMITTED` and `REPEATABLE \
     READ` let two assistants leave who have both seen two.",
    "Put one whole attempt, from BEGIN to COMMIT, in a function of its own, and call it in a `loop`. \
     `error.as_database_error().and_then(|error| error.code())` is the SQLSTATE: with `40001` go \
     round once more, with everything else return.",
    "Without a level: `SELECT name FROM duty WHERE on_duty ORDER BY name FOR UPDATE` as the first \
     statement of the transaction makes the next call wait there, and then shows it what is left. \
     It has to lock all who are on duty, not the one row.",
];

/// The names that are known lie in the order of no key, and some differ in little.
const TABLES: Fixture = Fixture {
    name: "families_and_duty",
    sql: "CREATE TABLE families (name text PRIMARY KEY, minutes integer NOT NULL);
          INSERT INTO families VALUES ('Noether', 80), ('O''Hara', 45), ('curie', 7), ('Zuse', 80),
              ('Curie', 100), ('Hopper', 0), ('Noether ', 3);
          CREATE TABLE duty (name text PRIMARY KEY, on_duty boolean NOT NULL);
          INSERT INTO duty VALUES ('Grace', true), ('Joan', false), ('D''Arcy', true),
              ('Ada', true), ('Mary', true), ('ada', false), ('Hedy', false)",
    extensions: &[],
};

const TAKES: &str = "`withdraw` takes the minutes and returns what is left";
const AT_ONCE: &str = "no withdrawal is lost, whenever another one comes";
const TOO_MUCH: &str = "never below 0: of two withdrawals that do not both fit, one is refused";
const LEAST: &str = "the least is enough: READ COMMITTED, and no other family waits";
const LEAVES: &str = "`go_off_duty` takes all off duty but the last";
const SKEW: &str = "of the last two who leave at once, one stays";
const AGAIN: &str = "a conflict is not the caller's business: the function tries again";
const TWICE: &str = "who leaves twice at once is off duty, and that is Ok";
const SEEN: &str = "whoever looks never waits, and always finds somebody on duty";
const ERRORS: &str = "what else the database refuses comes back at once";
const NOTHING: &str = "no transaction and no lock is left behind";

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.check(TAKES, &TABLES, |t| {
        for (name, minutes, expected, left) in [
            ("Noether", 30, Ok(50), Some(50)),
            ("O'Hara", 1, Ok(44), Some(44)),
            // All of it, and then there is nothing.
            ("Curie", 100, Ok(0), Some(0)),
            ("Curie", 1, Err("NotEnough"), Some(0)),
            ("Zuse", 81, Err("NotEnough"), Some(80)),
            ("noether", 1, Err("NoSuchFamily"), None),
            ("Zuse ", 1, Err("NoSuchFamily"), None),
            ("Z_se", 1, Err("NoSuchFamily"), None),
        ] {
            let call = format!("`withdraw` of {minutes} from {name:?}");
            let before = minutes_of(t, name)?;
            let came = shown(t.call::<i32>("withdraw", (name, minutes))?.either());
            no_failure(&call, &came)?;
            t.sent()?.bound(&["O'Hara"])?;
            let expected = expected.map_err(str::to_owned);
            equal(&call, told(&came), told(&expected))?;
            let stored = minutes_of(t, name)?;
            let what = format!("{call} returned {}; what is stored then", told(&came));
            equal(&what, stored, left).map_err(|stop| committed(stop, stored == before))?;
        }
        let rest =
            "SELECT string_agg(name || ' ' || minutes, ', ' ORDER BY minutes, name) FROM families
                    WHERE name NOT IN ('Noether', 'O''Hara', 'Curie')";
        let expected = "Hopper 0, Noether  3, curie 7, Zuse 80";
        equal("the other families", t.value(rest)?.as_deref(), Some(expected))
    })?;

    g.needs(TAKES).then(AT_ONCE, |t| withdrawals(t, [30, 50]))?;

    g.needs(AT_ONCE).then(TOO_MUCH, |t| {
        withdrawals(t, [70, 60])?;

        t.sql("UPDATE families SET minutes = 100 WHERE name = 'Curie'")?;
        let mut a = t.apart()?.start_to(After(""), "withdraw", ("Curie", 101))?;
        a.go_on(|sql| match minutes_of(t, "Curie")? {
            Some(minutes @ ..0) => wrong(format!(
                "A family has 100 minutes, and one call takes 101. When it has sent\n    {sql}\neverybody \
                 sees that {minutes} are left."
            )),
            _ => Ok(()),
        })?;
        a.finish::<i32>().map(drop)
    })?;

    g.needs(AT_ONCE).then(LEAST, |t| {
        t.sql("UPDATE families SET minutes = 80")?;
        let mut a = t.apart()?.start_to(After(""), "withdraw", ("Curie", 30))?;
        a.go_on(|sql| {
            let mut b = t.apart()?.start_to(After(""), "withdraw", ("curie", 1))?;
            if b.go_on(unseen)? {
                return b.finish::<i32>()?.ok().map(drop);
            }
            wrong(format!(
                "A withdrawal from the family \"curie\" waits for one from \"Curie\", which has sent\n    \
                 {sql}\nIt need not: the two change different rows."
            ))
        })?;
        a.finish::<i32>()?.ok()?;
        let level = a.sent()?.isolation();
        ensure(
            level == Isolation::ReadCommitted,
            format!(
                "`withdraw` works at {level}. The task asks for the least that is enough, and \
                 READ COMMITTED is."
            ),
        )
    })?;

    g.check(LEAVES, &TABLES, |t| {
        for (name, expected, on_duty) in [
            ("D'Arcy", Ok(()), "Ada, Grace, Mary"),
            ("D'Arcy", Ok(()), "Ada, Grace, Mary"),
            ("Joan", Ok(()), "Ada, Grace, Mary"),
            ("mary", Err("NoSuchAssistant"), "Ada, Grace, Mary"),
            ("Ada", Ok(()), "Grace, Mary"),
            ("Grace", Ok(()), "Mary"),
            ("Mary", Err("LastOnDuty"), "Mary"),
            // No rule is touched by who is off already, whoever is left.
            ("Ada", Ok(()), "Mary"),
            ("Mary ", Err("NoSuchAssistant"), "Mary"),
            ("M%", Err("NoSuchAssistant"), "Mary"),
        ] {
            let call = format!("`go_off_duty({name:?})`");
            let before = on_duty_now(t)?;
            let came = shown(t.call::<()>("go_off_duty", (name,))?.either());
            no_failure(&call, &came)?;
            t.sent()?.bound(&["D'Arcy"])?;
            let expected = expected.map_err(str::to_owned);
            let what = format!("{call}, with {before} on duty");
            equal(&what, told(&came), told(&expected))?;
            let what = format!("{what}, returned {}; who is on duty then", told(&came));
            let then = on_duty_now(t)?;
            let same = then == before;
            equal(&what, then, on_duty.to_owned()).map_err(|stop| committed(stop, same))?;
        }
        Ok(())
    })?;

    g.needs(LEAVES).then(SKEW, |t| {
        let two = ["Ada", "Grace"];
        let calls = [("Ada",), ("Grace",)];
        let instead = "one after the other, one leaves, and the other hears `LastOnDuty`.";
        let reset = on_duty_are(&two);
        at_each_moment(t, "go_off_duty", calls, &reset, |t, came, sql| {
            let how = format!(
                "Ada and Grace are on duty. `go_off_duty(\"Ada\")` has sent\n    {sql}\nwhen \
                 `go_off_duty(\"Grace\")` is called."
            );
            as_in_turn(t, &two, &two, &came, &how, instead)
        })?;

        t.sql(&reset)?;
        let came = both(t.by_turns("go_off_duty", calls)?)?;
        let how = "Ada and Grace are on duty. Both leave at once: their calls take turns, a statement each.";
        as_in_turn(t, &two, &two, &came, how, instead)?;

        let lock = "SELECT FROM duty WHERE name = 'Ada' FOR UPDATE";
        for [one, two] in [["Ada", "Grace"], ["Grace", "Ada"]] {
            t.sql(&reset)?;
            let came = both(t.while_locked(lock, "go_off_duty", [(one,), (two,)])?)?;
            let how = format!(
                "Ada and Grace are on duty, and somebody holds a lock on Ada's row. `go_off_duty({one:?})` \
                 is called, then `go_off_duty({two:?})`; then the lock is let go."
            );
            as_in_turn(t, &["Ada", "Grace"], &[one, two], &came, &how, instead)?;
        }
        Ok(())
    })?;

    g.needs(LEAVES).check(AGAIN, &TABLES, |t| {
        // One of them stays, so that all who want to leave may.
        let on_duty = ["Ada", "Grace", "Mary", "Joan", "Hedy"];
        let leave = ["Grace", "Mary", "Joan"];
        t.sql(&on_duty_are(&on_duty))?;
        let mut a = t.apart()?.start_to(Before("UPDATE duty"), "go_off_duty", ("Ada",))?;
        let mut calls = vec!["Ada"];
        let mut came = Vec::new();
        for name in leave {
            if !matches!(a.stand()?, Stand::Held(_)) {
                break;
            }
            calls.push(name);
            let mut b = t.apart()?.start_to(After(""), "go_off_duty", (name,))?;
            if !b.go_on(unseen)? {
                // They take turns by themselves.
                both_go_on([&mut a, &mut b])?;
                let [first, second] = [of(&mut a)?, of(&mut b)?];
                came.insert(0, first);
                came.push(second);
                break;
            }
            came.push(of(&mut b)?);
            a.release_to(Before("UPDATE duty"));
        }
        if came.len() < calls.len() {
            came.insert(0, of(&mut a)?);
        }
        // What the first conflict came to, and a transaction that is used when it is over, was told there.
        let broken = |came: &Came<()>| came.as_ref().is_err_and(|error| error.contains("25P02"));
        if came.iter().any(failed) && (calls.len() == 2 || came.iter().any(broken)) {
            return not_tried(format!("first {SKEW:?}"));
        }
        let again = if calls.len() > 2 { ", another one each time that it came there" } else { "" };
        let how = format!(
            "{} are on duty. `go_off_duty(\"Ada\")` came to its UPDATE, and meanwhile {} left{again}.",
            names(&on_duty),
            names(&calls[1..]),
        );
        let instead = "one after the other, all of them leave: others are still on duty.";
        as_in_turn(t, &on_duty, &calls, &came, &how, instead)
    })?;

    g.needs(SKEW).needs(AGAIN).then(TWICE, |t| {
        let on_duty = ["Ada", "Grace"];
        t.sql(&on_duty_are(&on_duty))?;
        // Where it has seen who is on duty, if not more.
        let mut a = t.apart()?.start_to(After("SELECT"), "go_off_duty", ("Ada",))?;
        let moment = moment(&mut a)?;
        let b = t.apart()?.start_to(After(""), "go_off_duty", ("Ada",))?;
        let came = turn_out([a, b])?;
        let how = format!(
            "Ada and Grace are on duty. `go_off_duty(\"Ada\")` has sent\n    {moment}\nwhen \
             `go_off_duty(\"Ada\")` is called once more."
        );
        let instead =
            "one after the other, the first leaves, and the second finds her off duty: Ok(()).";
        as_in_turn(t, &on_duty, &["Ada", "Ada"], &came, &how, instead)
    })?;

    g.then(SEEN, |t| {
        t.sql(&on_duty_are(&["Ada"]))?;
        let mut a = t.apart()?.start_to(After(""), "go_off_duty", ("Ada",))?;
        a.go_on(|sql| {
            let looks = "DO $$ BEGIN LOCK TABLE duty IN ACCESS SHARE MODE NOWAIT; END $$";
            if t.try_sql(looks)?.is_err() {
                return wrong(format!(
                    "When `go_off_duty` has sent\n    {sql}\nall of the table is locked, and whoever reads \
                     it has to wait."
                ));
            }
            ensure(
                on_duty_now(t)? != NOBODY,
                format!(
                    "Ada is the last on duty and wants to leave. When `go_off_duty` has sent\n    {sql}\n\
                     everybody sees that nobody is on duty."
                ),
            )
        })?;
        a.finish::<()>().map(drop)
    })?;

    g.needs(TAKES).needs(LEAVES).then(ERRORS, |t| {
        t.sql(
            "UPDATE families SET minutes = 80; UPDATE duty SET on_duty = true;
             ALTER TABLE families ADD CONSTRAINT unlucky CHECK (minutes <> 13);
             ALTER TABLE duty ADD CONSTRAINT needed CHECK (on_duty OR name <> 'Mary')",
        )?;
        let refused = t.call::<Value>("withdraw", ("Zuse", 67))?.either();
        comes_back_at_once("withdraw", refused, &t.sent()?)?;
        let mut a = t.apart()?.start_to(After(""), "go_off_duty", ("Mary",))?;
        ensure(
            a.go_on(unseen)?,
            format!(
                "{RULE} `go_off_duty` has sent {STATEMENTS} statements since, and does not return. \
                 {ONLY_AFTER}"
            ),
        )?;
        let refused = a.finish::<Value>()?.either();
        comes_back_at_once("go_off_duty", refused, &a.sent()?)
    })?;

    g.then(NOTHING, |t| {
        t.sql(
            "ALTER TABLE families DROP CONSTRAINT IF EXISTS unlucky;
             ALTER TABLE duty DROP CONSTRAINT IF EXISTS needed",
        )?;
        for (name, minutes) in [("Zuse", 81), ("nobody", 1), ("Zuse", 1)] {
            // What it comes to is the business of other checks.
            let _ = t.call::<i32>("withdraw", (name, minutes))?.either();
            nothing_left(t, &format!("`withdraw` of {minutes} from {name:?}"))?;
        }
        t.sql(&on_duty_are(&["Ada", "Mary"]))?;
        for name in ["Mary", "Joan", "nobody", "Ada", "Mary"] {
            let _ = t.call::<()>("go_off_duty", (name,))?.either();
            nothing_left(t, &format!("`go_off_duty({name:?})`"))?;
        }
        Ok(())
    })
}

/// Nobody looks.
fn unseen(_: &str) -> Outcome {
    Ok(())
}

/// Two calls, the second of them whole between two statements of the first.
///
/// Behind a statement, so that a moment is named by what has been sent.
fn at_each_moment<T: DeserializeOwned + Debug>(
    t: &mut Trial<'_>,
    function: &str,
    [one, two]: [impl Serialize; 2],
    reset: &str,
    mut judge: impl FnMut(&mut Trial<'_>, [Came<T>; 2], &str) -> Outcome,
) -> Outcome {
    t.sql(reset)?;
    t.call::<Value>(function, &one)?.ok()?;
    // A pool of sqlx asks whether a session is still there, which has no tag.
    let sent = t.sent()?;
    let sent: Vec<_> = sent.statements().iter().filter(|sent| !sent.tags.is_empty()).collect();
    // Behind a BEGIN nothing has been read, and before a COMMIT they are when they take turns.
    let between = |pair: &[&Statement]| pair[0].tags != ["BEGIN"] && pair[1].tags != ["COMMIT"];
    let moments = sent.windows(2).take(STATEMENTS).enumerate();
    for (done, _) in moments.filter(|(_, pair)| between(pair)) {
        t.sql(reset)?;
        let mut a = t.apart()?.start_to(After(""), function, &one)?;
        for _ in 0..done {
            if matches!(a.stand()?, Stand::Held(_)) {
                a.release_to(After(""));
            }
        }
        let moment = moment(&mut a)?;
        let b = t.apart()?.start_to(After(""), function, &two)?;
        let came = turn_out([a, b])?;
        judge(t, came, &moment)?;
    }
    Ok(())
}

/// What a call came to: a value, the name of a refusal, or what to say of another error.
type Came<T> = Result<T, String>;

/// The refusals that the task names.
const REFUSALS: [&str; 4] = ["NoSuchFamily", "NotEnough", "NoSuchAssistant", "LastOnDuty"];

fn of<T: DeserializeOwned + Debug>(call: &mut Going<'_>) -> Outcome<Came<T>> {
    Ok(shown(call.finish()?.either()))
}

fn both<T: DeserializeOwned + Debug>(mut calls: [Going<'_>; 2]) -> Outcome<[Came<T>; 2]> {
    let [one, two] = &mut calls;
    Ok([of(one)?, of(two)?])
}

/// Lets two calls go on, the second as far as it comes while the first is held, and says what both came to.
fn turn_out<T: DeserializeOwned + Debug>(
    [mut one, mut two]: [Going<'_>; 2],
) -> Outcome<[Came<T>; 2]> {
    both_go_on([&mut one, &mut two])?;
    both([one, two])
}

fn shown<T>(came: Result<T, Failure>) -> Came<T> {
    came.map_err(|failure| {
        let name = variant(&failure);
        if REFUSALS.contains(&name) {
            return name.to_owned();
        }
        let advice = match failure.sqlstate() {
            // What the error says of itself.
            Some("40001") | Some("40P01") => "\nThe caller is not to hear of that.",
            Some("25P02") => {
                "\nAfter a refusal nothing but the end of the transaction is left. What is to be done \
                 again is all of it: BEGIN, the reading, the writing and COMMIT."
            }
            _ => "",
        };
        format!("{}{advice}", explain(&failure))
    })
}

/// The name of the error's variant.
fn variant(failure: &Failure) -> &str {
    let end = failure.debug.find(|c: char| !c.is_alphanumeric());
    &failure.debug[..end.unwrap_or(failure.debug.len())]
}

/// A result as a sentence has it.
fn told<T: Debug>(came: &Came<T>) -> String {
    came.as_ref().map_or_else(String::clone, |value| format!("Ok({value:?})"))
}

/// What is as it was may not have been committed.
fn committed(stop: Stop, same: bool) -> Stop {
    match stop {
        Stop::Wrong(why) if same => Stop::Wrong(why.and(" Was the transaction committed?")),
        stop => stop,
    }
}

/// Whether it is an error, and none of the refusals.
fn failed<T>(came: &Came<T>) -> bool {
    came.as_ref().is_err_and(|error| !REFUSALS.contains(&error.as_str()))
}

fn no_failure<T>(call: &str, came: &Came<T>) -> Outcome {
    match came {
        Err(error) if failed(came) => wrong(format!("{call} failed.\n{error}")),
        _ => Ok(()),
    }
}

fn minutes_of(t: &mut Trial<'_>, name: &str) -> Outcome<Option<i32>> {
    let name = name.replace('\'', "''");
    let minutes = t.value(&format!("SELECT minutes FROM families WHERE name = '{name}'"))?;
    Ok(minutes.and_then(|minutes| minutes.parse().ok()))
}

/// Two withdrawals from 100 minutes: the second at each moment of the first, and both while the server
/// lets them wait.
fn withdrawals(t: &mut Trial<'_>, minutes: [i32; 2]) -> Outcome {
    let [one, two] = minutes;
    let calls = minutes.map(|minutes| ("Curie", minutes));
    let reset = "UPDATE families SET minutes = 100 WHERE name = 'Curie'";
    at_each_moment(t, "withdraw", calls, reset, |t, came, sql| {
        let how = format!(
            "A family has 100 minutes. One call takes {one}; when it has sent\n    {sql}\nanother call \
             takes {two}."
        );
        taken_in_turn(t, minutes, came, &how)
    })?;

    t.sql(reset)?;
    let lock = "SELECT FROM families WHERE name = 'Curie' FOR UPDATE";
    let came = both(t.while_locked(lock, "withdraw", calls)?)?;
    let how = format!(
        "A family has 100 minutes, and somebody holds a lock on its row. One call takes {one} and another \
         one {two}; both wait when the lock is let go."
    );
    taken_in_turn(t, minutes, came, &how)
}

/// What two withdrawals from 100 minutes came to, and what is left, is what it is in some order.
fn taken_in_turn(t: &mut Trial<'_>, minutes: [i32; 2], came: [Came<i32>; 2], how: &str) -> Outcome {
    for (minutes, came) in minutes.iter().zip(&came) {
        no_failure(&format!("{how}\nThe call that takes {minutes}"), came)?;
    }
    let in_order = |order: [usize; 2]| {
        let (mut left, mut came) = (100, [Ok(0), Ok(0)]);
        for call in order {
            let enough = left >= minutes[call];
            left -= if enough { minutes[call] } else { 0 };
            came[call] = if enough { Ok(left) } else { Err("NotEnough".to_owned()) };
        }
        (came, left)
    };
    let possible = [in_order([0, 1]), in_order([1, 0])];
    let actual = (came, minutes_of(t, "Curie")?.unwrap_or_default());
    let told = |(came, left): &([Came<i32>; 2], i32)| {
        format!("{} and {}, and {left} are left", told(&came[0]), told(&came[1]))
    };
    ensure(
        possible.contains(&actual),
        format!(
            "{how}\nIt came to {}.\nOne after the other, it comes to {}; or to {}.",
            told(&actual),
            told(&possible[0]),
            told(&possible[1])
        ),
    )
}

/// The statement behind which a call is held.
fn moment(call: &mut Going<'_>) -> Outcome<String> {
    match call.stand()? {
        Stand::Held(sql) => Ok(indented(&sql)),
        _ => Ok(String::new()),
    }
}

const NOBODY: &str = "nobody";

fn on_duty_now(t: &mut Trial<'_>) -> Outcome<String> {
    let sql = "SELECT string_agg(name, ', ' ORDER BY name COLLATE \"C\") FROM duty WHERE on_duty";
    Ok(t.value(sql)?.unwrap_or_else(|| NOBODY.to_owned()))
}

/// SQL that has these on duty, and nobody else.
fn on_duty_are(names: &[&str]) -> String {
    format!("UPDATE duty SET on_duty = name IN ('{}')", names.join("', '"))
}

fn names(names: &[&str]) -> String {
    match names {
        [names @ .., last] if !names.is_empty() => format!("{} and {last}", names.join(", ")),
        _ => names.concat(),
    }
}

/// What calls came to, and who is on duty then, has to be what they come to in some order.
fn as_in_turn(
    t: &mut Trial<'_>,
    before: &[&str],
    calls: &[&str],
    came: &[Came<()>],
    how: &str,
    instead: &str,
) -> Outcome {
    for (name, came) in calls.iter().zip(came) {
        no_failure(&format!("{how}\n`go_off_duty({name:?})`"), came)?;
    }
    let after = on_duty_now(t)?;
    let actual = (came.to_vec(), after);
    if orders(calls.len()).iter().any(|order| in_turn(before, calls, order) == actual) {
        return Ok(());
    }
    let returned: Vec<String> =
        calls.iter().zip(came).map(|(name, came)| format!("{} for {name}", told(came))).collect();
    let returned: Vec<&str> = returned.iter().map(String::as_str).collect();
    wrong(format!(
        "{how}\nIt came to {}; on duty then: {}.\nBut {instead}",
        names(&returned),
        actual.1
    ))
}

/// What calls come to in this order, and who is on duty then.
fn in_turn(before: &[&str], calls: &[&str], order: &[usize]) -> (Vec<Came<()>>, String) {
    let mut on_duty = before.to_vec();
    on_duty.sort_unstable();
    let mut came = vec![Ok(()); calls.len()];
    for &call in order {
        match on_duty.iter().position(|name| *name == calls[call]) {
            Some(_) if on_duty.len() == 1 => came[call] = Err("LastOnDuty".to_owned()),
            Some(at) => drop(on_duty.remove(at)),
            None => {}
        }
    }
    (came, on_duty.join(", "))
}

/// All orders of so many.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else { return vec![Vec::new()] };
    let mut all = Vec::new();
    for order in orders(last) {
        for place in 0..=last {
            let mut order = order.clone();
            order.insert(place, last);
            all.push(order);
        }
    }
    all
}

const RULE: &str = "A CHECK was added to the table, and the server refuses the change (23514).";

const ONLY_AFTER: &str = "Try again after 40001 and 40P01 only: what breaks a rule breaks it the next time \
     too.";

/// A call that was refused by a rule of the table, which no other call can change.
fn comes_back_at_once(function: &str, came: Result<Value, Failure>, sent: &Wire) -> Outcome {
    let failure = match came {
        Ok(value) => return wrong(format!("{RULE} `{function}` returned Ok({value}).")),
        Err(failure) => failure,
    };
    let refused = |statement: &&Statement| {
        statement.error.as_ref().is_some_and(|error| error.sqlstate == "23514")
    };
    let times = sent.statements().iter().filter(refused).count();
    ensure(times <= 1, format!("{RULE} `{function}` tried {times} times. {ONLY_AFTER}"))?;
    match variant(&failure) {
        "Database" if failure.sqlstate() == Some("23514") => Ok(()),
        "Database" => wrong(format!(
            "{RULE} `{function}` returned Database, and in it is another error:\n{}",
            explain(&failure)
        )),
        name => wrong(format!(
            "{RULE} `{function}` returned {name}; it has to be Database, with the server's error in it."
        )),
    }
}

/// How long sqlx may take to roll back a transaction that was dropped.
const ROLLBACK: Duration = Duration::from_secs(2);

/// After a call, none of its sessions has a transaction open, or an advisory lock.
fn nothing_left(t: &mut Trial<'_>, call: &str) -> Outcome {
    let sql = "SELECT CASE WHEN state LIKE 'idle in transaction%' THEN 'a transaction open'
                           ELSE 'an advisory lock' END
               FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()
                 AND (state LIKE 'idle in transaction%'
                      OR pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory'))
               LIMIT 1";
    let deadline = Instant::now() + ROLLBACK;
    while let Some(what) = t.value(sql)? {
        ensure(
            Instant::now() < deadline,
            format!(
                "{call} has returned, and its session still has {what}. Whoever needs what it locked \
                 waits until that session ends."
            ),
        )?;
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}
