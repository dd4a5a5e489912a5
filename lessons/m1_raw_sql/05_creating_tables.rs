//! # CREATE TABLE: what a row may be
//!
//! In Rust a type keeps nonsense out: a `u8` is never negative, and a `String` is always there, since
//! what may be missing is an `Option`. But only your program has that type. A database outlives the
//! program, and others write into it too: the next version, a colleague's script, you at midnight.
//!
//! So the rules live where the data lives. `CREATE TABLE` states them once: the columns, the type of
//! each, and **constraints**, which are sentences that hold for every row. The server asks each of
//! them whenever a row is written, whoever writes it, and refuses the row if the answer is no. What
//! you read later obeys them, and code that reads need not check.
//!
//! | the sentence | in SQL |
//! |---|---|
//! | it is there | `NOT NULL` |
//! | no two rows have the same | `UNIQUE` |
//! | it says which row this is | `PRIMARY KEY`, which is both of these |
//! | there is such a row over there | `REFERENCES` |
//! | whatever you can say of one row | `CHECK (…)` |
//!
//! This lesson begins with an empty database and ends with two of Lundo's tables: `users`, who are
//! parents, and their `children`.

use crate::lesson::prelude::*;

/// ## A table without rules
///
/// `text` takes any text, and a column takes NULL (nothing at all) unless it says otherwise. So this
/// table takes a mailbox that cannot be, an age in words, a child without a name and without
/// parents, and the first row once more.
///
/// `batch_execute` runs SQL that has no parameters and gives back no rows; several statements, if
/// you like, with `;` between them.
pub fn no_rules(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "CREATE TABLE sheet (parent text, child text, age text)",
    )?;
    let count = client.execute(
        "INSERT INTO sheet VALUES
             ('amara@example.com', 'Chidi', '6'),
             ('amara at example',  'Chidi', 'six'),
             (NULL,                '',      '-3'),
             ('amara@example.com', 'Chidi', '6')",
        &[],
    )?;
    out.say(format!("{count} rows stored"));
    Ok(())
}

/// ## Types
///
/// The type of a column is its first rule, and it says what can be done with a value: a `date` knows
/// leap years, a `numeric` adds as you learned at school.
///
/// | for | take | and not |
/// |---|---|---|
/// | text | `text` | `varchar(255)`: the same, with a limit that nobody thought about; `char(9)`: filled up with spaces |
/// | whole numbers | `integer`, or `bigint` above 2,147,483,647 | |
/// | money | `numeric(10, 2)` | `double precision`: made for measuring, it rounds in binary |
/// | yes or no | `boolean` | `'Y'` and `'N'`, or 0 and 1 |
/// | a day | `date` | `text` |
/// | a moment | `timestamptz`: kept in UTC, shown in your time zone | `timestamp`: what a clock showed, but not in which city |
/// | a document | `jsonb` | `json`: kept as it was typed, spaces and all |
pub const TYPES: Sql = sql(indoc! {"
    SELECT 0.1::double precision + 0.2 AS measured,
           0.1::numeric + 0.2          AS counted,
           DATE '2028-02-28' + 1       AS next_day,
           octet_length('Bo'::char(9)) AS bytes_of_bo,
           TIMESTAMPTZ '2026-03-01 09:00 Europe/Warsaw'
             = TIMESTAMPTZ '2026-03-01 08:00 UTC' AS same_moment
"});

/// ## Required, optional, defaulted
///
/// In Rust a field is required unless it is an `Option`. **In SQL it is the other way round**: a
/// column is optional unless it is `NOT NULL`. Decide it for each: an account without an email
/// cannot be, one without a password can (whoever signs in with Google has none).
///
/// `DEFAULT` is the value of a column that an `INSERT` leaves out. `now()` is asked anew for each
/// `INSERT` and gives the time at which its transaction began.
///
/// `GENERATED ALWAYS AS IDENTITY` numbers the rows (lesson 6). The constraints stand behind their
/// column, in any order. A second `CREATE TABLE users` would fail with 42P07; `IF NOT EXISTS` keeps it
/// quiet, and is content with any table of that name, whatever its columns.
///
/// *Coming from Python: `nullable=False` is `NOT NULL`, and `server_default=func.now()` is `DEFAULT
/// now()`. SQLAlchemy's `default=` is filled in by Python, so it helps nobody who writes without
/// that class; a default of the table helps everybody, and goes by one clock.*
pub const USERS: Sql = sql(indoc! {"
    CREATE TABLE users (
        id              integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        email           text        NOT NULL UNIQUE,
        full_name       text        NOT NULL,
        hashed_password text,
        is_active       boolean     NOT NULL DEFAULT true,
        is_verified     boolean     NOT NULL DEFAULT false,
        created_at      timestamptz NOT NULL DEFAULT now()
    )
"});

/// ## What the server fills in
///
/// Two values are given, seven are stored. `RETURNING` shows the row as it is now; lesson 7 has more
/// of it.
pub const DEFAULTS: Sql = sql(indoc! {"
    INSERT INTO users (email, full_name)
    VALUES ('amara@example.com', 'Amara Okafor')
    RETURNING id, hashed_password, is_active, is_verified, created_at
"});

/// ## Names
///
/// | what | how | examples |
/// |---|---|---|
/// | tables | several, small letters | `users`, `children` |
/// | columns | `snake_case` | `full_name` |
/// | the primary key | `id` | |
/// | a reference | what it points to, and `_id` | `parent_id` |
/// | yes or no | a sentence with *is* | `is_active` |
/// | moments | `_at` | `created_at` |
///
/// There is a reason for small letters: PostgreSQL turns all others into small ones, so `createdAt`
/// becomes `createdat`, unless it stands in double quotes, and then it has to forever after. And
/// there is one for the plural: the word for a single one is often a word of SQL already. `user` is
/// the one who is logged in.
pub const NAMES: Sql = sql(indoc! {"
    CREATE TABLE user (userName text, createdAt timestamptz)
"})
.fails("42601");

/// ## A table that refers to another
///
/// `REFERENCES users` says that each `parent_id` is the `id` of a row in `users`. It does not say
/// that there has to be one: without `NOT NULL` a child could have no parent. When a user is deleted,
/// `ON DELETE CASCADE` deletes the children too, which people may ask for by law. Without it the
/// server would refuse to delete a user who has any.
///
/// `CHECK` takes any condition on the row. What is about several columns stands on a line of its own:
/// one parent has no two children of the same name, but two parents may each have an Anna.
pub fn children(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "CREATE TABLE children (
             id            integer GENERATED ALWAYS AS IDENTITY
                           PRIMARY KEY,
             parent_id     integer NOT NULL
                           REFERENCES users ON DELETE CASCADE,
             name          text NOT NULL CHECK (name <> ''),
             date_of_birth date NOT NULL,
             gender        text CHECK (gender IN ('girl', 'boy')),
             notes         text,
             UNIQUE (parent_id, name)
         )",
    )?;
    let count = client.execute(
        "INSERT INTO children (parent_id, name, date_of_birth, gender)
         VALUES (1, 'Chidi', '2019-05-17', 'boy'),
                (1, 'Ngozi', '2022-12-31', 'girl'),
                (1, 'Emeka', '2016-02-29', 'boy')",
        &[],
    )?;
    out.say(format!("{count} rows stored"));
    Ok(())
}

/// ## Neither of the two
///
/// Before you go on: `gender` has a `CHECK` and no `NOT NULL`.
pub const WHAT_HAPPENS: Prediction = predict(
    "The next statement stores a child whose gender is NULL. `CHECK (gender IN ('girl', 'boy'))`: \
     what becomes of the row?",
    &[
        choice(
            "It is refused by the CHECK: NULL is neither 'girl' nor 'boy'",
            Claim::Fails("23514"),
            "That would need an answer, and there is none: whether something unknown is 'girl' is \
             unknown too.",
        ),
        choice(
            "It is refused because the column may not be NULL",
            Claim::Fails("23502"),
            "Only NOT NULL says that. A CHECK is about the value, if there is one.",
        ),
        choice(
            "It is stored",
            Claim::Works,
            "A CHECK refuses a row when its condition is **false**. Here it is NULL, neither true nor \
             false, and the row passes. A column that is required needs NOT NULL beside its CHECK.",
        ),
    ],
);

/// ## A child whose gender nobody told
///
/// So the two go together: `CHECK` says what a value may be, `NOT NULL` that there is one. Lesson 6
/// has more of NULL.
pub const NO_GENDER: Sql = sql(indoc! {"
    INSERT INTO children (parent_id, name, date_of_birth, gender)
    VALUES (1, 'Adaeze', '2024-08-03', NULL)
    RETURNING id, name, gender
"});

/// ## Rules at work
///
/// Five rows that should not be, and each is stopped by the sentence that it breaks. The SQLSTATE is
/// the kind of rule, the name is which one. Nobody named these: the server made their names of the
/// table, the columns and the kind. `CONSTRAINT name_given CHECK (…)` would name one yourself.
///
/// The last has no name, for it is not a constraint but the type that refuses: there was no such day.
/// (A `NaiveDate` could not even hold it. With `$2::text::date` the program sends a text, and the
/// server makes a date of it.)
pub fn refused(client: &mut Client, out: &mut Out) -> Result<()> {
    let attempts = [
        ("no name", None, "2020-01-01", 1),
        ("an empty name", Some(""), "2020-01-01", 1),
        ("a second Chidi", Some("Chidi"), "2020-01-01", 1),
        ("a parent who is not there", Some("Bo"), "2020-01-01", 4711),
        ("a day that is not there", Some("Bo"), "2021-02-29", 1),
    ];
    let insert = "INSERT INTO children (name, date_of_birth, parent_id)
                  VALUES ($1, $2::text::date, $3)";
    let mut rows = Vec::new();
    for (what, name, born, parent) in attempts {
        let result = client.execute(insert, &[&name, &born, &parent]);
        let Err(error) = result else {
            return Err(format!("{what} was stored").into());
        };
        let error = error.as_db_error().ok_or("no answer")?;
        let rule = error.constraint().or(error.column());
        rows.push(vec![
            what.to_owned(),
            error.code().code().to_owned(),
            rule.unwrap_or_default().to_owned(),
        ]);
    }
    out.table(&["attempt", "SQLSTATE", "constraint or column"], &rows);
    Ok(())
}

/// ## Stored or calculated
///
/// Lundo wants to know how old a child is. A column `age` would be right on the day it is written.
/// Chidi turns seven on the 17th of May, nobody writes to the database that day, and the row is
/// wrong without anything having gone wrong.
///
/// So store what does not change, the date of birth, and calculate what follows from it when somebody
/// asks. Here it is calculated for two days:
pub const AGE: Sql = sql(indoc! {"
    SELECT name, date_of_birth,
           extract(year FROM age('2026-05-16', date_of_birth)) AS may_16,
           extract(year FROM age('2026-05-17', date_of_birth)) AS may_17
    FROM children
    ORDER BY id
"});

/// ## Could the server keep it?
///
/// A column can be made of others: `GENERATED ALWAYS AS (…) STORED` calculates it whenever the row is
/// written. But an age changes although nobody writes, so there is no moment at which the server could
/// keep it right. It knows that, and refuses: *immutable* is an expression that gives the same for the
/// same row at all times. `age(date_of_birth)` counts up to today, and today is another day tomorrow.
///
/// (For the same reason a `CHECK` should not look at the clock: it is asked when a row is written, and
/// never again.)
pub const AGE_STORED: Sql = sql(indoc! {"
    ALTER TABLE children
        ADD COLUMN age numeric
        GENERATED ALWAYS AS (extract(year FROM age(date_of_birth))) STORED
"})
.fails("42P17");

/// ## In three lines
///
/// - A table states what holds for every row, and the server refuses what would break it, whoever
///   writes: types, `NOT NULL`, `UNIQUE`, `REFERENCES`, `CHECK`, and `DEFAULT` for what is left out.
/// - A column is optional unless it is `NOT NULL`; a `CHECK` lets NULL pass.
/// - Store what does not change (the date of birth), calculate what follows from it (the age).
///
/// Read on: *Data Definition* in the PostgreSQL manual (chapter 5, above all *Constraints*), *Data
/// Types* (chapter 8), and `Client::batch_execute` in the documentation of the crate `postgres`.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: EMPTY,
    minutes: 14,
    steps: [
        no_rules,
        TYPES,
        USERS,
        DEFAULTS,
        NAMES,
        children,
        WHAT_HAPPENS,
        NO_GENDER,
        refused,
        AGE,
        AGE_STORED,
        IN_SHORT,
    ],
}
