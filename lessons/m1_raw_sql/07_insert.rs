//! # INSERT: creating rows
//!
//! A table is a promise: every row in it has these columns, of these types, and obeys these rules.
//! `INSERT` asks the server to add rows to it. The server checks the whole promise first: types,
//! `NOT NULL`, `UNIQUE`, `CHECK`, foreign keys. Either everything in the statement holds and all of
//! its rows are there, or something does not and none are. There is no third outcome, and this is
//! what a file of JSON cannot give you.
//!
//! So an `INSERT` has two answers worth reading. When it works, the server knows things that you do
//! not, such as the id it made up; when it fails, the error says exactly which promise would have
//! been broken.
//!
//! The database is Lundo: `users` are parents, and each has `children`.

use chrono::NaiveDate;

use crate::lesson::prelude::*;

/// ## One row
///
/// Name the table, the columns you fill, and the values in the same order. Columns that you leave
/// out get their `DEFAULT`, or NULL if they have none.
///
/// `RETURNING` hands back columns of the row as it was stored, with what the server filled in.
/// Without it you would have to ask again, and somebody else could insert in between.
///
/// *Coming from Python: `session.add(user)`, `commit()` and `refresh(user)` are this one statement.*
pub const ONE_ROW: Sql = sql(indoc! {"
    INSERT INTO users (email, full_name)
    VALUES ('ada@example.com', 'Ada Lovelace')
    RETURNING id, is_active, created_at
"});

/// ## Many rows
///
/// `VALUES` takes a list. This is one statement: one trip to the server, and all three rows or
/// none. The subquery finds Ada's id, so that nobody has to know it.
///
/// `INSERT 0 3` is the server's receipt. The 3 is the number of rows; the 0 was the object id of
/// a single new row in versions long gone, and stays for the sake of old programs.
pub const MANY_ROWS: Sql = sql(indoc! {"
    INSERT INTO children (parent_id, name, date_of_birth, notes)
    SELECT users.id, child.name, child.born, child.notes
    FROM users,
         (VALUES ('Byron',     DATE '2019-05-12', NULL),
                 ('Annabella', DATE '2021-09-22', 'Counts everything.'),
                 ('Ralph',     DATE '2024-02-29', NULL)
         ) AS child (name, born, notes)
    WHERE users.email = 'ada@example.com'
"});

/// ## DEFAULT, spelled out
///
/// `DEFAULT` may also stand in the place of a value, which is handy when other rows of the list
/// have one. An identity column (`GENERATED ALWAYS`) takes nothing else.
pub const DEFAULTS: Sql = sql(indoc! {"
    INSERT INTO users (email, full_name, is_active, is_verified)
    VALUES ('grace@example.com', 'Grace Hopper', DEFAULT, true),
           ('alan@example.com',  'Alan Turing',  false,   DEFAULT)
    RETURNING email, is_active, is_verified
"});

/// ## A promise kept
///
/// Before you go on: the column `email` is `UNIQUE`, and Ada is stored already.
pub const WHAT_HAPPENS: Prediction = predict(
    "The next statement inserts two users: Katherine, who is new, and Ada once more. How many rows are stored?",
    &[
        choice(
            "Two: a second Ada, with another id",
            Claim::Rows(2),
            "Two rows with one email is what UNIQUE forbids, whatever their ids.",
        ),
        choice(
            "One: Katherine is stored, Ada is left out",
            Claim::Rows(1),
            "A statement is all or nothing. Leaving out what clashes is something you have to ask \
             for, with ON CONFLICT (lesson 26).",
        ),
        choice(
            "None: the statement fails",
            Claim::Fails("23505"),
            "One row breaks the promise, so the statement fails as a whole, and Katherine is not \
             stored either.",
        ),
    ],
);

/// ## The same email twice
///
/// The error carries a code of five characters, the SQLSTATE. Programs look at the code; the
/// message may be in another language tomorrow. `23505` is `unique_violation`. The name of the
/// constraint tells which promise it was, since a table may have several.
pub const SAME_EMAIL: Sql = sql(indoc! {"
    INSERT INTO users (email, full_name)
    VALUES ('katherine@example.com', 'Katherine Johnson'),
           ('ada@example.com',       'Ada King')
"})
.fails("23505");

/// ## A parent who is not there
///
/// `parent_id` refers to `users`. A child of nobody is refused with `23503`,
/// `foreign_key_violation`: the relation is a promise too.
pub const NO_SUCH_PARENT: Sql = sql(indoc! {"
    INSERT INTO children (parent_id, name, date_of_birth)
    VALUES (4711, 'Nemo', '2020-01-01')
"})
.fails("23503");

/// ## From Rust
///
/// Values travel *beside* the SQL, never inside it: `$1` and `$2` mark their places, and the slice
/// holds them. The server parses the SQL first and takes the values as values, so an apostrophe in
/// a name is a letter and not the end of a string.
///
/// `query_one` runs a statement that gives back exactly one row. `execute` runs one that gives
/// back none, and returns the number of rows it touched.
///
/// One number may stand in several places, as `$1` does for both children. How many groups there
/// are may depend on the data: let the program write `($1, $2, $3), ($1, $4, $5), …`, and collect
/// the values in a `Vec<&(dyn ToSql + Sync)>`. What is put together are places, never values.
pub fn from_rust(client: &mut Client, out: &mut Out) -> Result<()> {
    let row = client.query_one(
        "INSERT INTO users (email, full_name) VALUES ($1, $2) RETURNING id",
        &[&"sinead@example.com", &"Sinéad O'Connor"],
    )?;
    let id: i32 = row.get("id");

    let born = NaiveDate::from_ymd_opt(2018, 12, 31);
    let count = client.execute(
        "INSERT INTO children (parent_id, name, date_of_birth)
         VALUES ($1, $2, $3), ($1, $4, $3)",
        &[&id, &"D'Arcy", &born, &"Zoë"],
    )?;
    out.say(format!("{count} children stored"));

    let children = client.query(
        "SELECT u.full_name, c.name, c.date_of_birth, c.notes
         FROM children c JOIN users u ON u.id = c.parent_id
         WHERE u.id = $1",
        &[&id],
    )?;
    out.rows(&children);
    Ok(())
}

/// ## The error in Rust
///
/// `postgres::Error` knows the SQLSTATE: `code()` is `Some` when it was the server that said no.
/// Compare it with the constants of `SqlState`, and leave the message to people.
pub fn the_error(client: &mut Client, out: &mut Out) -> Result<()> {
    let taken = client.execute(
        "INSERT INTO users (email, full_name) VALUES ($1, $2)",
        &[&"ada@example.com", &"Ada King"],
    );
    match taken {
        Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
            let constraint =
                error.as_db_error().and_then(|db| db.constraint());
            out.say(format!("taken; the constraint is {constraint:?}"));
        }
        Err(error) => return Err(error.into()),
        Ok(_) => out.say("stored"),
    }
    Ok(())
}

/// ## What is there now
///
/// Every row that was promised is there, and no other. The ids have a gap: the statement that
/// failed had drawn numbers already, and numbers are never given back, since others may have drawn
/// the next ones meanwhile. An id says *which*, not *how many*.
pub const WHAT_IS_THERE: Sql = sql(indoc! {"
    SELECT u.id, u.full_name, count(c.id) AS children
    FROM users u LEFT JOIN children c ON c.parent_id = u.id
    WHERE u.id > 7
    GROUP BY u.id
    ORDER BY u.id
"});

/// ## In three lines
///
/// - `INSERT INTO table (columns) VALUES (…), (…)` is one statement: all of its rows or none.
/// - `RETURNING` gives back what the server filled in; in Rust, `query_one` reads it.
/// - A broken promise has a code: `23505` for a key that is taken, `23503` for a parent that is not
///   there.
///
/// Read on: *Inserting Data* and *Returning Data from Modified Rows* in the PostgreSQL manual
/// (chapter 6), and `Client::query_one` in the documentation of the crate `postgres`.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: LUNDO,
    minutes: 12,
    steps: [
        ONE_ROW,
        MANY_ROWS,
        DEFAULTS,
        WHAT_HAPPENS,
        SAME_EMAIL,
        NO_SUCH_PARENT,
        from_rust,
        the_error,
        WHAT_IS_THERE,
        IN_SHORT,
    ],
}
