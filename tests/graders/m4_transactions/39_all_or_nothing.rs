//! Checks of exercise 39: register a family, all of it or none.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::grade::kit::*;
use crate::lesson::fixtures::LUNDO;

const HINTS: &[&str] = &[
    "Open the transaction first: `let mut tx = pool.begin().await?;`. Everything that follows is \
     given `&mut *tx` and not the pool.",
    "An `INSERT … RETURNING id` with `sqlx::query_scalar` and `fetch_one` gives you the id that the \
     next statement needs.",
    "Let every statement end in `.await?`. When one is refused, the `?` leaves the function, `tx` is \
     dropped, and everything is rolled back: there is nothing to clean up.",
    "The last two lines are `tx.commit().await?;` and `Ok(parent)`. COMMIT can be refused too, hence \
     the `?`.",
];

/// How long sqlx may take to roll back a transaction that was dropped.
const ROLLBACK: Duration = Duration::from_secs(2);

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.check("what was given is stored, and the parent's id comes back", &LUNDO, |t| {
        // Gaps, so that no id can be guessed from another.
        t.sql(
            "SELECT nextval('users_id_seq') FROM generate_series(1, 23);
             SELECT nextval('children_id_seq') FROM generate_series(1, 5)",
        )?;
        let answer = t.call("register_family", (okeeffe("th-1001"),))?.either();
        let parent: i32 = answer.or_else(|failure| refused(&failure))?;
        let user = t.rows("SELECT id, full_name FROM users WHERE email = 'orla@example.com'")?;
        let expected = vec![vec![Some(parent.to_string()), Some("Orla O'Keeffe".to_owned())]];
        ensure(
            !user.is_empty(),
            format!(
                "`register_family` returned Ok({parent}), and no user with that email is stored. Was \
                 the transaction committed?"
            ),
        )?;
        equal("the parent (the id that was returned, full_name)", user, expected)?;

        let children = t.rows(&format!(
            "SELECT name, date_of_birth FROM children WHERE parent_id = {parent} ORDER BY name"
        ))?;
        let child = |name: &str, born: &str| vec![Some(name.to_owned()), Some(born.to_owned())];
        let expected = vec![
            child("Cillian", "2021-07-04"),
            child("D'Arcy", "2018-12-31"),
            child("Niamh", "2019-03-17"),
        ];
        equal("the children (name, date of birth)", children, expected)?;

        let conversation = |id: i32| {
            format!(
                "SELECT c.name, v.thread_id, v.title FROM conversations v
                 JOIN children c ON c.id = v.child_id WHERE v.user_id = {id}"
            )
        };
        let text = |text: &str| Some(text.to_owned());
        equal(
            "the conversation (the child it is about, thread_id, title)",
            t.rows(&conversation(parent))?,
            vec![vec![text("Niamh"), text("th-1001"), text("Niamh won't eat")]],
        )?;

        let alone = json!({
            "email": "ines@example.com", "full_name": "Inês Duarte",
            "children": [], "thread_id": "th-1002", "title": null,
        });
        let parent: i32 = t.call("register_family", (alone,))?.ok()?;
        let user = t.value(&format!("SELECT full_name FROM users WHERE id = {parent}"))?;
        equal("the parent without children", user.as_deref(), Some("Inês Duarte"))?;
        let none: Vec<Vec<Option<String>>> = Vec::new();
        equal("the conversations of a parent without children", t.rows(&conversation(parent))?, none)
    })?;

    g.check("all of it is stored, or none", &LUNDO, |t| {
        t.sql(REFUSE_A_THIRD_CHILD)?;
        let before = counts(t)?;

        let answer = t.call::<i32>("register_family", (family_with_a_refused_child(),))?;
        nothing_left(t, &before, answer, "the third child was refused")?;
        t.disconnect()?;

        // The fixture has a conversation of this thread_id.
        let answer = t.call::<i32>("register_family", (okeeffe("th-0001"),))?;
        nothing_left(
            t,
            &before,
            answer,
            "the conversation was refused, its thread_id being taken,",
        )?;
        t.disconnect()?;

        // That nothing is left may be the work of a DELETE. Others have seen it then.
        if t.call::<i32>("register_family", (okeeffe("th-1001"),))?.either().is_ok() {
            t.sent()?.in_one_transaction()?;
        }
        Ok(())
    })?;

    g.check("the error that comes back is the server's, and the first there was", &LUNDO, |t| {
        t.sql(REFUSE_A_THIRD_CHILD)?;
        let mut taken = okeeffe("th-1001");
        taken["email"] = json!("amara.okafor@example.com");
        for (family, what, sqlstate, name) in [
            (taken, "the email is taken", "23505", "unique_violation"),
            (
                family_with_a_refused_child(),
                "the third child is refused by a CHECK",
                "23514",
                "check_violation",
            ),
        ] {
            let failure = match t.call::<i32>("register_family", (family,))?.either() {
                Err(failure) => failure,
                Ok(id) => {
                    return wrong(format!(
                        "{what}, and `register_family` returned Ok({id}) where the server's error \
                         {sqlstate} ({name}) has to come back."
                    ));
                }
            };
            // The first that this answer met, whatever it was, is the cause of the others.
            let first = t.statements()?.into_iter().find_map(|statement| statement.error);
            let first = first.map_or(sqlstate.to_owned(), |error| error.sqlstate);
            ensure(
                failure.sqlstate() == Some(&first),
                format!(
                    "{what}, so the server's error {sqlstate} ({name}) has to come back; what came is: \
                     {}",
                    explain(&failure)
                ),
            )?;
            t.disconnect()?;
        }
        Ok(())
    })?;

    g.check("what the server refuses at COMMIT comes back too", &LUNDO, |t| {
        t.sql(
            "ALTER TABLE children ADD CONSTRAINT one_of_each_name
             UNIQUE (parent_id, name) DEFERRABLE INITIALLY DEFERRED",
        )?;
        let mut family = okeeffe("th-1001");
        family["children"][2]["name"] = json!("Niamh");
        let answer = t.call::<i32>("register_family", (family,))?.either();
        let refused = t.statements()?.into_iter().find_map(|statement| statement.error);
        match (answer, refused) {
            (Ok(id), Some(error)) => wrong(format!(
                "a constraint that is checked at COMMIT was violated: the server refused the COMMIT \
                 ({}, SQLSTATE {}), nothing is stored, and `register_family` returned Ok({id}).",
                error.message, error.sqlstate
            )),
            _ => Ok(()),
        }
    })?;

    g.check("no transaction is left open on a connection of the pool", &LUNDO, |t| {
        t.sql(REFUSE_A_THIRD_CHILD)?;
        let refused = family_with_a_refused_child();
        for (family, what) in
            [(refused, "a call that was refused"), (okeeffe("th-1001"), "a call that worked")]
        {
            // Either may fail: what it comes to is the business of the other checks.
            let _ = t.call::<i32>("register_family", (family,))?.either();
            let deadline = Instant::now() + ROLLBACK;
            while open_transactions(t)? {
                ensure(
                    Instant::now() < deadline,
                    format!(
                        "after {what}, a connection of the pool is idle in a transaction that nobody \
                         has ended: whoever gets it next is inside that transaction, and its locks \
                         stay."
                    ),
                )?;
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Ok(())
    })
}

/// A family that breaks no rule was refused.
fn refused(failure: &harness::protocol::Failure) -> Outcome<i32> {
    let advice = if failure.sqlstate() == Some("23503") {
        "\nA statement that goes over another connection does not see what the transaction has \
         stored. Give every statement the transaction, and not the pool."
    } else {
        ""
    };
    wrong(format!("`register_family` returned an error: {}{advice}", explain(failure)))
}

/// Not in the task: a rule that one of the children breaks.
const REFUSE_A_THIRD_CHILD: &str =
    "ALTER TABLE children ADD CONSTRAINT name_is_given CHECK (name <> '')";

/// Three children, of whom the first is neither the eldest nor the first by name.
fn okeeffe(thread_id: &str) -> Value {
    json!({
        "email": "orla@example.com",
        "full_name": "Orla O'Keeffe",
        "children": [
            {"name": "Niamh", "date_of_birth": "2019-03-17"},
            {"name": "D'Arcy", "date_of_birth": "2018-12-31"},
            {"name": "Cillian", "date_of_birth": "2021-07-04"},
        ],
        "thread_id": thread_id,
        "title": "Niamh won't eat",
    })
}

fn family_with_a_refused_child() -> Value {
    let mut family = okeeffe("th-1000");
    family["children"][2]["name"] = json!("");
    family
}

const TABLES: [&str; 3] = ["users", "children", "conversations"];

fn counts(t: &mut Trial<'_>) -> Outcome<Vec<i64>> {
    let mut counts = Vec::new();
    for table in TABLES {
        let count = t.value(&format!("SELECT count(*) FROM {table}"))?;
        counts.push(count.and_then(|count| count.parse().ok()).unwrap_or_default());
    }
    Ok(counts)
}

fn nothing_left(t: &mut Trial<'_>, before: &[i64], answer: Called<i32>, what: &str) -> Outcome {
    let after = counts(t)?;
    let mut left = Vec::new();
    for ((table, before), after) in TABLES.iter().zip(before).zip(&after) {
        if after != before {
            left.push(format!("{} in {table}", after - before));
        }
    }
    ensure(
        left.is_empty(),
        format!("{what} and rows of the family are stored all the same: {}.", left.join(", ")),
    )?;
    // That an answer says Ok when nothing is stored is the business of another check.
    let _ = answer.either();
    Ok(())
}

fn open_transactions(t: &mut Trial<'_>) -> Outcome<bool> {
    let open = t.value(
        "SELECT count(*) > 0 FROM pg_stat_activity
         WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
    )?;
    Ok(open.as_deref() == Some("t"))
}
