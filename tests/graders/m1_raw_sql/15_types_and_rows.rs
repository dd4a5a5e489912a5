//! Checks of exercise 15: types and rows.

use std::thread;
use std::time::{Duration, Instant};

use harness::protocol::Failure;
use postgres::{Client, NoTls};
use serde_json::json;

use crate::error::{Context, Error};
use crate::grade::kit::*;
use crate::lesson::fixtures::LUNDO;

const HINTS: &[&str] = &[
    "The struct says which columns may be missing: `row.get` gives a field of type \
     `Option<String>` a `None` for NULL. The age is not in the table; work it out from \
     `date_of_birth` and `day`.",
    "Age: the difference of the years, and one less if the birthday of that year is still to come. \
     In Rust compare `(day.month(), day.day())` with the same of the birth, or ask chrono's \
     `years_since`; in SQL, `extract(year FROM age($2::date, date_of_birth))::integer`.",
    "An INSERT and `?` are all that `register` and `add_child` need: `?` calls `From`, so the one \
     place that knows SQLSTATEs is `StoreError::from`.",
    "`error.code()` is the SQLSTATE: compare it with `SqlState::UNIQUE_VIOLATION` and \
     `SqlState::FOREIGN_KEY_VIOLATION`. It does not say of which column; \
     `error.as_db_error().and_then(|db| db.constraint())` gives the constraint's name.",
    "The names are `users_email_key` and `children_parent_id_fkey`. Only if code and constraint \
     both fit is it one of yours; anything else is `StoreError::Database(error)`.",
];

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

const CHILDREN: Query = Query::new(
    "children",
    "SELECT id, name, date_of_birth, gender, notes,
            extract(year FROM age(DATE {2}, date_of_birth))::integer AS age
     FROM children
     WHERE parent_id = {1} AND date_of_birth <= DATE {2}
     ORDER BY date_of_birth, id",
);

/// Births around the ends of years and of February, NULLs and empty texts, twins.
const MORE: &str = "
    INSERT INTO children (parent_id, name, date_of_birth, gender, notes)
    SELECT 7, 'Child ' || n, DATE '2015-12-28' + (random() * 70)::integer,
           CASE WHEN random() < 0.5 THEN 'girl' END, CASE WHEN random() < 0.5 THEN '' END
    FROM generate_series(1, 20) AS n;
    INSERT INTO children (parent_id, name, date_of_birth, notes) VALUES
        (7, 'Zoë', '2016-02-29', 'O''Hara''s'), (7, 'Ada', '2016-02-29', NULL),
        (7, 'Bea', '2018-08-08', NULL),         (7, 'Cem', '2018-08-08', NULL)";

fn checks(g: &mut Grading) -> Result<(), Stop> {
    let days = [
        json!([1, "2026-01-01"]),
        json!([1, "2025-02-28"]),
        json!([1, "2025-03-01"]),
        json!([1, "2019-05-17"]),
        json!([3, "2025-12-31"]),
        json!([7, "2017-01-01"]),
        json!([7, "2019-02-28"]),
        json!([7, "2020-02-29"]),
    ];
    g.query(
        "children are those born by that day, with NULL as None and the age of that day",
        &CHILDREN,
        &[Data::Fixture(LUNDO), Data::With(LUNDO, MORE)],
        &days,
    )?;

    g.check("register and add_child store a row and return its id", &LUNDO, |t| {
        // A gap in the ids, so that counting rows gives another number.
        t.sql("SELECT nextval('users_id_seq'), nextval('children_id_seq')")?;
        let new = ("grace@example.com", "Grace O'Hopper", Some("fb-1"));
        let id: i32 = t.call("register", new)?.ok()?;
        let stored = t.rows("SELECT id, full_name, firebase_uid FROM users WHERE id > 7")?;
        let expected = format!("{id}, {}, fb-1", new.1);
        equal("the user that was stored (id, name, firebase_uid)", listed(&stored), expected)?;
        let child: i32 = t.call("add_child", (id, "D'Arcy", "2020-02-29"))?.ok()?;
        let stored = t.rows(&format!(
            "SELECT id, name, date_of_birth FROM children WHERE parent_id = {id}"
        ))?;
        let expected = format!("{child}, D'Arcy, 2020-02-29");
        equal("the child that was stored (id, name, date of birth)", listed(&stored), expected)
    })?;

    g.then("an email that is taken is EmailTaken, and nothing is stored", |t| {
        let before = t.value("SELECT count(*) FROM users")?;
        let taken = ("amara.okafor@example.com", "Someone Else", None::<&str>);
        is("EmailTaken", "the email is taken", t.call::<i32>("register", taken)?.error()?)?;
        equal("the number of users", t.value("SELECT count(*) FROM users")?, before)
    })?;

    g.then("of two who register one email at the same moment, one gets EmailTaken", |t| {
        let mut rival = Client::connect(&t.url(), NoTls).context("cannot connect a rival")?;
        rival
            .batch_execute(
                "BEGIN; INSERT INTO users (email, full_name) VALUES ('alan@example.com', 'Alan')",
            )
            .context("the rival cannot register")?;
        // Commits as soon as the answer waits for it; in any case in time for a verdict.
        let rival = thread::spawn(move || {
            let until = Instant::now() + Duration::from_secs(5);
            while Instant::now() < until {
                let waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted
                    AND pid IN (SELECT pid FROM pg_stat_activity
                                WHERE datname = current_database()))";
                if rival.query_one(waiting, &[]).is_ok_and(|row| row.get(0)) {
                    break;
                }
                thread::sleep(Duration::from_millis(5));
            }
            rival.batch_execute("COMMIT")
        });
        let called = t.call::<i32>("register", ("alan@example.com", "Alan Turing", None::<&str>));
        let committed = rival.join();
        let failure = called?.error()?;
        if !matches!(committed, Ok(Ok(()))) {
            return Err(Error::Bug("the rival did not commit".to_owned()).into());
        }
        is("EmailTaken", "another program stored the email while this one tried", failure).map_err(
            |stop| match stop {
                Stop::Wrong(why) => Stop::Wrong(why.and(
                    "\nA SELECT beforehand does not see what is not committed yet. Let the INSERT \
                     fail, and look at how.",
                )),
                other => other,
            },
        )
    })?;

    g.then("a firebase_uid that is taken is not EmailTaken but the server's 23505", |t| {
        let taken = ("mei@example.com", "Mei", Some("fb-7Qk"));
        let failure = t.call::<i32>("register", taken)?.error()?;
        is_servers("23505", "firebase_uid is taken, and the email is free", failure)
    })?;

    g.then("a parent who is not there is NoSuchParent", |t| {
        let failure = t.call::<i32>("add_child", (4711, "Nemo", "2020-01-01"))?.error()?;
        is("NoSuchParent", "no user has this id", failure)
    })?;

    g.then("a rule that was added later comes through as the server's own error", |t| {
        t.sql(
            "CREATE TABLE schools (id integer PRIMARY KEY);
             ALTER TABLE children ADD school_id integer REFERENCES schools;
             ALTER TABLE children ALTER school_id SET DEFAULT 1",
        )?;
        let failure = t.call::<i32>("add_child", (1, "Obi", "2024-01-01"))?.error()?;
        is_servers("23503", "children got a foreign key to schools, which it breaks", failure)?;
        t.sql(
            "ALTER TABLE children DROP school_id;
             ALTER TABLE children ADD CHECK (name <> '');
             ALTER TABLE users ADD CHECK (email LIKE '%@%')",
        )?;
        let failure = t.call::<i32>("add_child", (1, "", "2024-01-01"))?.error()?;
        is_servers("23514", "children got a CHECK against empty names", failure)?;
        let failure = t.call::<i32>("register", ("nowhere", "Nobody", None::<&str>))?.error()?;
        is_servers("23514", "users got a CHECK that an email has an @", failure)
    })
}

/// Rows in one text, as people write them.
fn listed(rows: &[Vec<Option<String>>]) -> String {
    let row = |row: &Vec<Option<String>>| {
        let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect();
        cells.join(", ")
    };
    rows.iter().map(row).collect::<Vec<_>>().join("; ")
}

/// The variant, which is what `{:?}` begins with.
fn is(variant: &str, situation: &str, failure: Failure) -> Outcome {
    let named = failure.debug.split(|c: char| !c.is_alphanumeric()).next();
    ensure(
        named == Some(variant),
        format!("{situation}: expected {variant}, got {}.", got(&failure)),
    )
}

fn is_servers(sqlstate: &str, situation: &str, failure: Failure) -> Outcome {
    ensure(
        failure.sqlstate() == Some(sqlstate) && failure.debug.starts_with("Database"),
        format!(
            "{situation}: expected Database with the server's error {sqlstate} inside, got {}.",
            got(&failure)
        ),
    )
}

fn got(failure: &Failure) -> String {
    let named = failure.debug.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    match failure.sqlstate() {
        Some(sqlstate) => format!("{named} with the server's {sqlstate} inside"),
        None => named.to_owned(),
    }
}
