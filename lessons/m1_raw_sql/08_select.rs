//! # SELECT: asking questions
//!
//! A query describes a table that does not exist yet, and the server makes it. What comes back has
//! columns with names and types, and rows, even if it is a single cell.
//!
//! You write `SELECT` first, but the server gets to it late. It works in this order:
//!
//! 1. `FROM`: which rows are there?
//! 2. `WHERE`: for which of them is the condition true? The others are gone from here on.
//! 3. `SELECT`: what does each row that is left become?
//! 4. `DISTINCT`: which of those are the same?
//! 5. `ORDER BY`: in which order do they leave?
//!
//! In Rust this is `users.iter().filter(…).map(…)`: the filter sees what goes into the map, and not
//! what comes out. Keep that in mind; one step below fails because of it.

use crate::lesson::prelude::*;

/// ## Everything
///
/// `*` stands for all columns of the table, in the order in which they were created. It is good for
/// looking around, and too much for a program: here the hash of a password comes along, which
/// nobody asked for, and nine columns do not fit on a screen. Whoever adds a tenth tomorrow changes
/// the result of this query.
pub const EVERYTHING: Sql = sql(indoc! {"
    SELECT *
    FROM users
    WHERE id = 2
"});

/// ## Some columns of some rows
///
/// Name what you need. The condition is any expression that is true or false, so a `boolean`
/// column needs no `= true`. Two conditions are joined by `AND`.
///
/// `ORDER BY id` is not decoration: without it the server may send the rows in any order, and will
/// one day.
///
/// *Coming from Python: `select(User.id, User.email).where(User.is_active, ~User.is_verified)`.*
pub const NOT_YET_VERIFIED: Sql = sql(indoc! {"
    SELECT id, full_name, email
    FROM users
    WHERE is_active AND NOT is_verified
    ORDER BY id
"});

/// ## Columns that are computed
///
/// What stands after `SELECT` is a list of expressions; a bare column is only the simplest one.
/// `||` joins texts, one date minus another is a number of days, and `extract` takes a part out of
/// a date. `AS` gives the result a name. The last column has none, and is called `?column?`.
///
/// Two things to see. Wei and Lan are twins, but for Wei nobody has told us boy or girl: that is
/// NULL, and whatever is joined with NULL is NULL. And `extract` gives a `numeric`, which is why it
/// is turned into an `integer` here: `::` is the cast, Rust's `as`.
pub const COMPUTED: Sql = sql(indoc! {"
    SELECT name,
           extract(year FROM date_of_birth) AS year,
           extract(year FROM date_of_birth)::integer AS year_as_integer,
           DATE '2026-03-01' - date_of_birth AS days,
           upper(name) || ', a ' || gender
    FROM children
    WHERE date_of_birth >= '2018-01-01' AND date_of_birth < '2020-01-01'
    ORDER BY id
"});

/// ## A name of our own
///
/// `days` was a good name. It would read well in a condition, too: of the nine children, five are
/// older than 2190 days, which is nearly six years.
pub const WHAT_HAPPENS: Prediction = predict(
    "The next query gives the age in days a name with AS, and says WHERE days > 2190. What comes back?",
    &[
        choice(
            "The five children who are older than that",
            Claim::Rows(5),
            "That is what it means to say. But WHERE is worked out before SELECT, and at that time \
             nothing is called days.",
        ),
        choice(
            "All nine, since days is no column of the table",
            Claim::Rows(9),
            "A name that the server does not know is never ignored.",
        ),
        choice(
            "An error: there is no column days",
            Claim::Fails("42703"),
            "WHERE chooses rows before SELECT makes columns of them, so it sees the columns of the \
             table and not the names that SELECT gives.",
        ),
    ],
);

/// ## An alias in WHERE
///
/// The caret shows the place. `42703` is `undefined_column`: a typing error in a column gives the
/// same one.
pub const ALIAS_IN_WHERE: Sql = sql(indoc! {"
    SELECT name, DATE '2026-03-01' - date_of_birth AS days
    FROM children
    WHERE days > 2190
"})
.fails("42703");

/// ## Where the alias works
///
/// The condition has to repeat the expression; the server does not mind, and computes it anyway.
/// `ORDER BY` comes after `SELECT`, so there the name is known. The twins are equally old: `id`
/// decides between them.
pub const ALIAS_IN_ORDER_BY: Sql = sql(indoc! {"
    SELECT name, DATE '2026-03-01' - date_of_birth AS days
    FROM children
    WHERE DATE '2026-03-01' - date_of_birth > 2190
    ORDER BY days DESC, id
"});

/// ## Each row once
///
/// `DISTINCT` leaves one of several equal rows. It looks at the *whole* row, not at the first
/// column: Amara (1) has two boys and a girl, which makes two different rows. (Two NULLs would count
/// as equal here, though `NULL = NULL` is not true.)
///
/// What `ORDER BY` sorts by has to be in the list, since the equal rows are one by then. And a
/// `DISTINCT` that is there "to be safe" hides a question that was asked wrongly: use it when equal
/// rows are what you expect.
pub const EACH_ONCE: Sql = sql(indoc! {"
    SELECT DISTINCT parent_id, gender
    FROM children
    ORDER BY parent_id, gender
"});

/// ## Rows in Rust
///
/// `query` gives a `Vec<Row>`. A value is taken out of a row by the name of its column or by its
/// position, and the type on the left says what it has to become.
///
/// The crate converts nothing silently. An `integer` is an `i32` and not an `i64`, and a column
/// that may hold NULL is an `Option`. `try_get` gives an error where this does not fit; `get`
/// panics, which is right only where the SQL and the Rust are next to each other and you know both.
pub fn rows_in_rust(client: &mut Client, out: &mut Out) -> Result<()> {
    let rows = client.query(
        "SELECT id, name, notes FROM children
         WHERE parent_id = $1 ORDER BY id",
        &[&1],
    )?;
    for row in &rows {
        let id: i32 = row.get("id");
        let name: &str = row.get(1);
        let notes: Option<String> = row.get("notes");
        out.say(format!("{id}: {name}, {notes:?}"));
    }

    let ngozi = &rows[1];
    if let Err(error) = ngozi.try_get::<_, i64>("id") {
        out.error(&error);
    }
    if let Err(error) = ngozi.try_get::<_, String>("notes") {
        out.error(&error);
    }
    Ok(())
}

/// ## One row, or none
///
/// How many rows do you expect? Choose by that:
///
/// - `query`: any number, as a `Vec<Row>`;
/// - `query_one`: exactly one; anything else is an error;
/// - `query_opt`: one or none, as an `Option<Row>`; two are an error.
///
/// An email that nobody has is no failure of the server, so it should be none of your program
/// either: that is a case for `query_opt`.
///
/// *Coming from Python: `scalars().all()` is `query`, `scalar_one()` is `query_one`,
/// `scalar_one_or_none()` and `session.get(User, 1)` are `query_opt`.*
pub fn one_or_none(client: &mut Client, out: &mut Out) -> Result<()> {
    let sql = "SELECT full_name FROM users WHERE email = $1";
    for email in ["sean.obrien@example.com", "nobody@example.com"] {
        let row = client.query_opt(sql, &[&email])?;
        let name = row.map(|row| row.get::<_, String>("full_name"));
        out.say(format!("{email}: {name:?}"));
    }

    if let Err(error) = client.query_one(sql, &[&"nobody@example.com"]) {
        out.error(&error);
    }
    Ok(())
}

/// ## In three lines
///
/// - `FROM`, `WHERE`, `SELECT`, `DISTINCT`, `ORDER BY`: written in another order, but worked out in
///   this one. So `WHERE` knows no alias, and `ORDER BY` does.
/// - Name the columns that you need, and give those that you compute a name with `AS`.
/// - `query`, `query_one`, `query_opt`: by how many rows you expect. A column that may be NULL is
///   an `Option`.
///
/// Read on: *Queries* in the PostgreSQL manual (chapter 7), *SELECT* in its reference, and
/// `Client` and `Row` in the documentation of the crate `postgres`.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: LUNDO,
    minutes: 12,
    steps: [
        EVERYTHING,
        NOT_YET_VERIFIED,
        COMPUTED,
        WHAT_HAPPENS,
        ALIAS_IN_WHERE,
        ALIAS_IN_ORDER_BY,
        EACH_ONCE,
        rows_in_rust,
        one_or_none,
        IN_SHORT,
    ],
}
