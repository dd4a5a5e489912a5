//! # Types: what a value is on either side
//!
//! A column has a type, and so has a variable in Rust. What travels between them is bytes. Before
//! the rows the server sends the type of each column, and then each value in the binary form of
//! its type:
//!
//! ```text
//! PostgreSQL              the wire              Rust
//! date_of_birth date  ──  type 1082, 4 bytes  ──▶  NaiveDate
//! ```
//!
//! `row.get` asks one question: can the Rust type hold a value of *that* SQL type? If so, it
//! decodes the bytes. If not, it is an error, even where a conversion would be easy. Nothing is
//! rounded, cut off or parsed behind your back; whoever wants another type asks the server for it,
//! with a cast in the SQL.
//!
//! *Coming from Python: psycopg2 looks at the column and picks a class for you. Here you say which
//! one you expect, and hear about it when you were wrong.*

use std::fmt::Debug;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Utc};
use postgres::Row;
use postgres::types::{FromSql, Json};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::lesson::prelude::*;

/// ## One of each
///
/// | PostgreSQL | Rust |
/// |---|---|
/// | `boolean` | `bool` |
/// | `smallint`, `integer`, `bigint` | `i16`, `i32`, `i64` |
/// | `real`, `double precision` | `f32`, `f64` |
/// | `text`, `varchar` | `String`, `&str` |
/// | `bytea` | `Vec<u8>`, `&[u8]` |
/// | `date`, `time` | `chrono::NaiveDate`, `NaiveTime` |
/// | `timestamptz` | `chrono::DateTime<Utc>` |
/// | `timestamp` | `chrono::NaiveDateTime` |
/// | `uuid` | `uuid::Uuid` |
/// | `jsonb`, `json` | `serde_json::Value`, `postgres::types::Json<T>` |
/// | `integer[]`, `text[]` | `Vec<i32>`, `Vec<String>` |
/// | any of these that may be NULL | `Option` of its type |
/// | `numeric`, `interval` | none in this crate; cast them |
///
/// Dates, uuids and JSON need a crate and a feature of `postgres`: `with-chrono-0_4`,
/// `with-uuid-1`, `with-serde_json-1`.
///
/// The step reads one value of each, with the Rust type between `<` and `>`.
pub fn one_of_each(client: &mut Client, out: &mut Out) -> Result<()> {
    let row = client.query_one(
        "SELECT true, 7::smallint, 42, 9000000000, 0.5::float8, 'Zoë',
                '\\x00ff'::bytea, DATE '2016-02-29',
                TIMESTAMPTZ '2026-01-01 00:30+01',
                TIMESTAMP '2026-01-01 00:30',
                '6f1c2d3e-0000-4000-8000-00000000002a'::uuid,
                '{\"tokens\": 18}'::jsonb, ARRAY[3, 1, NULL]",
        &[],
    )?;
    out.table(
        &["PostgreSQL", "in Rust"],
        &[
            read::<bool>(&row, 0),
            read::<i16>(&row, 1),
            read::<i32>(&row, 2),
            read::<i64>(&row, 3),
            read::<f64>(&row, 4),
            read::<String>(&row, 5),
            read::<Vec<u8>>(&row, 6),
            read::<NaiveDate>(&row, 7),
            read::<DateTime<Utc>>(&row, 8),
            read::<NaiveDateTime>(&row, 9),
            read::<Uuid>(&row, 10),
            read::<Value>(&row, 11),
            read::<Vec<Option<i32>>>(&row, 12),
        ],
    );
    Ok(())
}

fn read<'r, T: FromSql<'r> + Debug>(
    row: &'r Row,
    at: usize,
) -> Vec<String> {
    let value: T = row.get(at);
    let column = &row.columns()[at];
    vec![column.type_().to_string(), format!("{value:?}")]
}

/// ## Nothing is guessed
///
/// `count(*)` is a `bigint`. Nine would fit into an `i32`, and still this is an error: whether it
/// fits must not depend on how many rows there are today.
///
/// `get` panics on such an error, which is right where only a mistake in the program can cause it.
/// `try_get` returns it. The other way out is a cast in the SQL, and then the server checks that
/// the value fits.
pub fn no_guessing(client: &mut Client, out: &mut Out) -> Result<()> {
    let row = client.query_one(
        "SELECT count(*), count(*)::integer FROM children",
        &[],
    )?;
    match row.try_get::<_, i32>(0) {
        Ok(count) => out.say(count),
        Err(error) => out.error(&error),
    }
    let as_it_is: i64 = row.get(0);
    let cast: i32 = row.get(1);
    out.say(format!("{as_it_is} is {cast}"));
    Ok(())
}

/// ## What of nothing?
///
/// Before you go on: user 7 has no children, and the column `id` is an `integer` that is never
/// NULL.
pub const NO_CHILDREN: Prediction = predict(
    "`SELECT max(id) FROM children WHERE parent_id = 7`: what does `try_get::<_, i32>(0)` give?",
    &[
        choice(
            "0",
            Claim::Value("0"),
            "Zero is a number like any other, and would be a wrong answer.",
        ),
        choice(
            "`query_one` fails: there is no row",
            Claim::Value("query returned an unexpected number of rows"),
            "An aggregate without GROUP BY gives one row, of however many rows it was made.",
        ),
        choice(
            "An error, since the value is NULL",
            Claim::Value("error deserializing column 0"),
            "The maximum of nothing is NULL, and an i32 has no way to say so.",
        ),
    ],
);

/// ## NULL is None
///
/// NULL is no value, so a type that always has a value cannot hold it. `Option` can. Which columns
/// need one? Those without `NOT NULL`, and whatever a query can leave empty: an aggregate of no
/// rows (`count` is 0 then), and the far side of a left join.
///
/// The error itself names the column and not the reason, which is in its `source()`.
pub fn nothing_there(client: &mut Client, out: &mut Out) -> Result<()> {
    let sql = "SELECT max(id) FROM children WHERE parent_id = 7";
    let row = client.query_one(sql, &[])?;
    match row.try_get::<_, i32>(0) {
        Ok(newest) => out.say(newest),
        Err(error) => {
            out.say(&error);
            let reason = error.source().map(ToString::to_string);
            out.say(format!("because {reason:?}"));
        }
    }
    let newest: Option<i32> = row.get(0);
    out.say(format!("as an Option: {newest:?}"));
    Ok(())
}

/// ## Moments, and hands of a clock
///
/// Two phones report the same moment, just before midnight in London: one in Lagos, one in New
/// York. Each session has its time zone. (`SET` takes no parameters; the function `set_config`
/// does.)
///
/// - `timestamptz` is a **moment**. It is stored in UTC, without any zone; the session's zone says
///   how to read and print it. Both rows hold the same.
/// - `timestamp` is what the **hands of a clock** showed, and nobody knows whose clock. The rows
///   are six hours apart, and no later query can mend that.
///
/// So what happened goes into a `timestamptz`, and `AT TIME ZONE` gives the hands of any clock, the
/// year included. In Rust they are two types, and one is not taken for the other.
///
/// *Coming from Python: a `datetime` without `tzinfo`, such as `datetime.utcnow()` makes, is the
/// second kind. `DateTime<Utc>` and `Utc::now()` are the first.*
pub fn two_clocks(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "CREATE TABLE reports
             (zone text, moment timestamptz, clock timestamp)",
    )?;
    let moment: DateTime<Utc> = "2025-12-31T23:58:00Z".parse()?;
    for zone in ["Africa/Lagos", "America/New_York"] {
        let set = "SELECT set_config('TimeZone', $1, false)";
        client.execute(set, &[&zone])?;
        client.execute(
            "INSERT INTO reports (zone, moment, clock)
             VALUES ($1, $2::timestamptz, $2::timestamptz)",
            &[&zone, &moment],
        )?;
    }
    client.batch_execute("RESET TimeZone")?;

    let rows = client.query(
        "SELECT zone, moment, clock,
                extract(year FROM moment AT TIME ZONE zone)::integer
                    AS year
         FROM reports ORDER BY zone",
        &[],
    )?;
    out.rows(&rows);
    for row in &rows {
        let moment: DateTime<Utc> = row.get("moment");
        let clock: NaiveDateTime = row.get("clock");
        out.say(format!("{moment:?} and {clock:?}"));
    }
    if let Err(error) = rows[0].try_get::<_, NaiveDateTime>("moment") {
        out.error(&error);
    }
    Ok(())
}

/// ## Money
///
/// `double precision` counts in halves, quarters, eighths; a tenth is none of these. `numeric`
/// counts in tenths as people do, and is exact. But Rust has no such number, and an `f64` in its
/// place is an error. Three ways to read it:
///
/// - as text, and keep it text: exact, and good for showing;
/// - as whole cents in an `i64`: exact, and good for counting. A column of type `bigint` that holds
///   cents needs no cast at all;
/// - with the crate `rust_decimal` and its feature `db-postgres`, as a number of its own.
///
/// A parameter goes the same way back: `$1::text::numeric` says that text travels.
pub fn money(client: &mut Client, out: &mut Out) -> Result<()> {
    let row = client.query_one(
        "SELECT 0.1::float8 + 0.2::float8,
                sum, sum::text, (sum * 100)::bigint
         FROM (SELECT 0.1 + $1::text::numeric) AS s (sum)",
        &[&"0.2"],
    )?;
    let float: f64 = row.get(0);
    out.say(format!("double precision: {float}"));
    if let Err(error) = row.try_get::<_, f64>("sum") {
        out.error(&error);
    }
    let (text, cents): (&str, i64) = (row.get(2), row.get(3));
    out.say(format!("numeric: {text}, or {cents} cents"));
    Ok(())
}

/// ## Arrays and JSON
///
/// A `Vec` is an array, both ways. `= ANY($1)` takes one as a single parameter, however long it is.
/// (`IN ($1)` would be a list of one value, and a `Vec` is none.)
///
/// `extra_data` is `jsonb`: as `Value` it is whatever it is, as `Json<T>` it has the fields of a
/// struct, or it is an error. The message without any is NULL, so there is an `Option` around it.
pub fn many_in_one(client: &mut Client, out: &mut Out) -> Result<()> {
    let row = client.query_one(
        "SELECT array_agg(name ORDER BY id) FROM children
         WHERE parent_id = ANY($1)",
        &[&vec![3, 5]],
    )?;
    let names: Vec<String> = row.get(0);
    out.say(format!("{names:?}"));

    let sql = "SELECT id, extra_data FROM messages
               WHERE conversation_id = 7 ORDER BY id";
    for row in client.query(sql, &[])? {
        let extra: Option<Json<Extra>> = row.get("extra_data");
        let tokens = extra.map(|Json(extra)| extra.tokens);
        out.say(format!("{}: {tokens:?}", row.get::<_, i32>("id")));
    }
    Ok(())
}

#[derive(Deserialize)]
struct Extra {
    tokens: u32,
}

/// ## From row to struct
///
/// One function knows how columns become fields; everything after it speaks of accounts and not of
/// rows. `row.get` takes its type from the field, so the struct says what may be missing.
///
/// `trial_ends` is not stored. Whatever can be worked out from what is stored is a function of it:
/// a copy in a column would be wrong one day. (Age in years is the same kind of thing.)
///
/// *Coming from Python: `Account` is the model class and `from_row` what the ORM does with it. In
/// module 2, sqlx derives it.*
pub fn row_to_struct(client: &mut Client, out: &mut Out) -> Result<()> {
    let sql = "SELECT id, full_name, firebase_uid, created_at
               FROM users WHERE id < 4 ORDER BY id";
    let rows = client.query(sql, &[])?;
    let accounts: Vec<Account> = rows.iter().map(from_row).collect();
    for account in &accounts {
        let (id, name) = (account.id, &account.name);
        let ends = account.trial_ends();
        let firebase = &account.firebase;
        out.say(format!("{id} {name}, {firebase:?}, trial to {ends:?}"));
    }
    Ok(())
}

struct Account {
    id: i32,
    name: String,
    firebase: Option<String>,
    since: DateTime<Utc>,
}

impl Account {
    fn trial_ends(&self) -> Option<NaiveDate> {
        self.since.date_naive().checked_add_days(Days::new(30))
    }
}

fn from_row(row: &Row) -> Account {
    Account {
        id: row.get("id"),
        name: row.get("full_name"),
        firebase: row.get("firebase_uid"),
        since: row.get("created_at"),
    }
}

/// ## An error of your own
///
/// Callers want to hear "that thread exists", not `23505` of some table. So a program has an error
/// type of its own, and one place that turns the server's answer into it: `From`, which `?` calls.
///
/// Three rules. Look at the SQLSTATE **and** at the constraint: a table has many promises, and
/// `23505` alone does not say which one was broken. Keep what you do not know as it is, with the
/// cause inside: an error that is mistaken for another is worse than one without a name. And do
/// not ask beforehand whether the thread exists: between the question and the `INSERT` somebody
/// else can store it. The constraint is the question.
///
/// (An error type that leaves a library also says what it is, with `Display` and `Error`. The
/// exercise has both.)
pub fn own_error(client: &mut Client, out: &mut Out) -> Result<()> {
    for (thread, child) in [("th-0001", 1), ("th-0100", 99)] {
        match start(client, thread, child) {
            Ok(id) => out.say(format!("{thread}: conversation {id}")),
            Err(StartError::ThreadTaken) => {
                out.say(format!("{thread}: choose another name"));
            }
            Err(StartError::Database(error)) => out.error(&error),
        }
    }
    Ok(())
}

fn start(
    client: &mut Client,
    thread: &str,
    child: i32,
) -> Result<i32, StartError> {
    let row = client.query_one(
        "INSERT INTO conversations (user_id, child_id, thread_id)
         VALUES (1, $1, $2) RETURNING id",
        &[&child, &thread],
    )?;
    Ok(row.get("id"))
}

enum StartError {
    ThreadTaken,
    Database(postgres::Error),
}

impl From<postgres::Error> for StartError {
    fn from(error: postgres::Error) -> StartError {
        let broken = error.as_db_error().and_then(|db| db.constraint());
        if error.code() == Some(&SqlState::UNIQUE_VIOLATION)
            && broken == Some("conversations_thread_id_key")
        {
            StartError::ThreadTaken
        } else {
            StartError::Database(error)
        }
    }
}

/// ## In three lines
///
/// - A Rust type either holds a column's type or it does not: nothing is converted unless you cast,
///   and what may be NULL is an `Option`.
/// - A moment is a `timestamptz` and a `DateTime<Utc>`; money is `numeric` or whole cents, never a
///   float.
/// - One function makes structs of rows, and one makes your own errors of SQLSTATE and constraint.
///
/// Read on: chapter 8, *Data Types*, and appendix A, *PostgreSQL Error Codes*, of the PostgreSQL
/// manual; `FromSql` and `ToSql` in the documentation of the crate `postgres-types`.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: LUNDO,
    minutes: 15,
    steps: [
        one_of_each,
        no_guessing,
        NO_CHILDREN,
        nothing_there,
        two_clocks,
        money,
        many_in_one,
        row_to_struct,
        own_error,
        IN_SHORT,
    ],
}
