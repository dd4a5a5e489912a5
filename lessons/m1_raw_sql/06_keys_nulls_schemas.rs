//! # Keys, NULL and schemas
//!
//! Three questions come up as soon as there are tables.
//!
//! **Which row?** A row has no place and no number of its own: a table is a set, and the third row is
//! third only until you sort by something else. What tells a row from all others is its *key*, a
//! column (or several) whose value no two rows share.
//!
//! **What if there is nothing?** Then the column holds NULL, which is no value but the absence of
//! one: *not known*, *not told*, *does not apply*. In Rust it is `None`. But where Rust makes you open
//! an `Option` before you use what is in it, SQL goes on calculating, and most of what is calculated
//! with something unknown is unknown.
//!
//! **Where is the table?** In a *schema*, a named space inside a database, as a type is in a module.
//! Which schemas a bare name is looked for in is a setting, the *search path*.
//!
//! The database is Lundo: `users` and their `children`.

use crate::lesson::prelude::*;

/// ## Numbers from the server
///
/// A key may be a number that the server makes up. There are two spellings. `serial` is the old one:
/// an integer, a sequence that counts, and a default that asks the sequence. A default is for who says
/// nothing; whoever gives an id of their own goes past the sequence, which learns nothing of it. It
/// fails later, and somewhere else: at the next row that has done nothing wrong.
///
/// `GENERATED ALWAYS AS IDENTITY` is the standard's spelling, and refuses at once. (`BY DEFAULT` in the
/// place of `ALWAYS` is as lenient as serial. To import rows with their numbers, say `OVERRIDING
/// SYSTEM VALUE`, and `setval` afterwards.)
///
/// *Coming from Python: SQLAlchemy's `mapped_column(primary_key=True)` makes a serial; say
/// `Identity(always=True)` for the other.*
pub fn numbers(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "CREATE TABLE old (id serial PRIMARY KEY, name text);
         CREATE TABLE new (
             id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
             name text
         )",
    )?;
    for insert in [
        "INSERT INTO old (id, name) VALUES (1, 'Anna')",
        "INSERT INTO old (name) VALUES ('Bo')",
        "INSERT INTO new (id, name) VALUES (1, 'Anna')",
        "INSERT INTO new (name) VALUES ('Bo')",
    ] {
        match client.execute(insert, &[]) {
            Ok(_) => out.say(format!("{insert}: stored")),
            Err(error) => {
                out.say(format!("{insert}:"));
                out.error(&error);
            }
        }
    }
    Ok(())
}

/// ## Natural or made up
///
/// An email tells users apart already, so why a number? A key that means something is a *natural* key,
/// one that is made up a *surrogate*. What means something changes: people marry, move, mistype. Here
/// the email is the key, a pet refers to its owner by it, and correcting two letters is refused, since
/// the pet would lose its owner. (`ON UPDATE CASCADE` would rewrite every row that refers; what is
/// outside the database, such as a link in a mail, it cannot rewrite.)
///
/// So: a surrogate key to refer to, and what is unique in the world gets `UNIQUE` beside it, as in
/// `users`. A natural key is good where it cannot change, such as a country's code, or where a row is
/// nothing but a link (lesson 23). A surrogate need not be a number: lesson 31 has uuids.
pub fn natural(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "CREATE TABLE people (email text PRIMARY KEY);
         CREATE TABLE pets (name text, owner text REFERENCES people);
         INSERT INTO people VALUES ('ada@exampel.com');
         INSERT INTO pets VALUES ('Puff', 'ada@exampel.com')",
    )?;
    let corrected = client.execute(
        "UPDATE people SET email = 'ada@example.com'
         WHERE email = 'ada@exampel.com'",
        &[],
    );
    match corrected {
        Ok(count) => out.say(format!("{count} row corrected")),
        Err(error) => out.error(&error),
    }
    Ok(())
}

/// ## True, false, unknown
///
/// NULL is not a value, so nothing is equal to it, not even NULL: two children whose gender nobody
/// told need not have the same. A comparison with NULL is NULL, which here means *unknown*.
///
/// `AND`, `OR` and `NOT` go on with that, and they do it well: whatever the unknown is, `false AND …`
/// is false and `true OR …` is true. In all other cases unknown stays unknown.
///
/// To ask whether there is a value, there is `IS NULL`, which is always true or false.
pub const THREE_VALUES: Sql = sql(indoc! {"
    SELECT NULL = NULL     AS equal,
           1 <> NULL       AS differs,
           NOT NULL        AS negated,
           NULL AND false  AS and_false,
           NULL OR true    AS or_true,
           NULL IS NULL    AS is_null
"});

/// ## Not a boy
///
/// Before you go on: Lundo has nine children. Four are boys, four are girls, and of one, Wei, nobody
/// has told.
pub const WHAT_HAPPENS: Prediction = predict(
    "`SELECT count(*) FROM children WHERE gender <> 'boy'` counts the children who are not boys. How \
     many are there?",
    &[
        choice(
            "4: the girls",
            Claim::Value("4"),
            "`WHERE` keeps a row if its condition is **true**. For Wei it is neither true nor false, so \
             Wei is not there, and not among the boys either: `<> 'boy'` and `= 'boy'` together give \
             eight of nine.",
        ),
        choice(
            "5: the girls, and Wei",
            Claim::Value("5"),
            "Whether an unknown gender differs from 'boy' is unknown, and WHERE takes that for a no.",
        ),
        choice(
            "It fails: NULL cannot be compared",
            Claim::Fails("22004"),
            "It can, and that is the trouble: the answer is NULL, and nobody is told.",
        ),
    ],
);

/// ## Who is left out
///
/// A `CHECK` takes unknown for a yes (lesson 5), `WHERE` takes it for a no. (And `NOT IN` with a NULL in
/// its list is never true: lesson 13.)
pub const NOT_A_BOY: Sql = sql(indoc! {"
    SELECT count(*) FROM children WHERE gender <> 'boy'
"});

/// ## IS DISTINCT FROM, COALESCE
///
/// `IS DISTINCT FROM` is a `<>` that always answers: to it NULL is like any other value, equal to itself
/// and different from the rest. `IS NOT DISTINCT FROM` is its `=`.
///
/// `COALESCE(a, b, …)` gives the first that is not NULL: Rust's `a.or(b)`, or `unwrap_or`. `NULLIF(a,
/// b)` goes the other way: NULL if the two are equal, else `a`.
///
/// Text is joined with `||`. If one side is NULL, so is the whole, and that is of use: the comma is
/// only there when there is a gender behind it.
pub const DISTINCT_FROM: Sql = sql(indoc! {"
    SELECT name, gender,
           gender <> 'boy'                  AS not_equal,
           gender IS DISTINCT FROM 'boy'    AS is_distinct,
           coalesce(gender, 'not told')     AS told,
           name || coalesce(', ' || gender, '') AS label
    FROM children
    WHERE id IN (4, 5, 7)
    ORDER BY id
"});

/// ## What counts, and what does not
///
/// `count(*)` counts rows, `count(notes)` the rows in which `notes` is not NULL. `max`, `min`, `sum`
/// and `avg` pass over NULLs too. Where no value is left, a count is 0, but there is no greatest: it
/// is NULL, unless `coalesce` makes something else of it. The row is there in any case: these
/// functions make one row of many, and of none. Fatima, number 7, has no children.
/// (`UNION ALL` puts the rows of one query below those of the other.)
///
/// `GROUP BY`, `DISTINCT` and `ORDER BY` take NULLs to be alike. `UNIQUE` does not: any number of
/// users may have no `firebase_uid`.
pub const COUNTED: Sql = sql(indoc! {"
    SELECT 'all' AS whose, count(*) AS children,
           count(notes) AS with_notes, max(length(notes)) AS longest
    FROM children
    UNION ALL
    SELECT 'of Fatima', count(*), count(notes), max(length(notes))
    FROM children
    WHERE parent_id = 7
"});

/// ## From Rust
///
/// A column that may be NULL is an `Option`. `row.get` into a type that is none panics at the first
/// NULL, perhaps months later; `try_get` gives an error in its place.
///
/// A parameter may be `None` as well. It arrives as NULL, and `= $1` is then unknown for every row:
/// no error, and no row. `IS NOT DISTINCT FROM $1` asks what you meant.
pub fn from_rust(client: &mut Client, out: &mut Out) -> Result<()> {
    let wei = client
        .query_one("SELECT gender FROM children WHERE name = 'Wei'", &[])?;
    let gender: Option<String> = wei.get("gender");
    out.say(format!("as an Option: {gender:?}"));
    if let Err(error) = wei.try_get::<_, String>("gender") {
        out.say(format!("as a String: {error}"));
    }

    for sql in [
        "SELECT name FROM children WHERE gender = $1",
        "SELECT name FROM children WHERE gender IS NOT DISTINCT FROM $1",
    ] {
        let found = client.query(sql, &[&gender])?;
        out.say(format!("{sql}: {} found", found.len()));
    }
    Ok(())
}

/// ## Schemas
///
/// A database has schemas, a schema has tables. `public` is there from the start, and so far every
/// table was made in it. Two schemas may each have a table `children`; the full name says which:
/// `school.children`.
///
/// A bare name is looked for along the search path, and the first schema that has it wins. `"$user"`
/// stands for a schema that is called like whoever is logged in; mostly there is none.
///
/// The path belongs to the session. Whoever sets it and hands the connection on (lesson 46) hands on
/// another meaning of every bare name.
pub fn schemas(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "CREATE SCHEMA school;
         CREATE TABLE school.children (name text);
         INSERT INTO school.children VALUES ('Ines'), ('Jonas')",
    )?;
    let ask = "SELECT current_setting('search_path'), count(*)
               FROM children";
    for path in [r#""$user", public"#, "school, public", "school"] {
        client.batch_execute(&format!("SET search_path TO {path}"))?;
        let row = client.query_one(ask, &[])?;
        let (path, count): (String, i64) = (row.get(0), row.get(1));
        out.say(format!("{path}: {count} children"));
    }
    Ok(())
}

/// ## Not on the path
///
/// The path is still `school` alone. `users` is where it was, in `public`, and is not looked for there:
/// the error is that of a table that does not exist. When it puzzles you, ask `SHOW search_path`.
/// `public.users` would find it.
pub const NOT_ON_THE_PATH: Sql = sql(indoc! {"
    SELECT count(*) FROM users
"})
.fails("42P01");

/// ## In three lines
///
/// - A key tells a row from all others: a number from an identity column to refer to, `UNIQUE` for what
///   is unique in the world.
/// - NULL is unknown, and so is what is compared or joined with it; `WHERE` keeps what is true. `IS
///   NULL` and `IS DISTINCT FROM` always have an answer, and `COALESCE` gives one.
/// - A bare name is looked for in the schemas of `search_path`, in order.
///
/// Read on: *Comparison Functions and Operators* (chapter 9), *Identity Columns* and *Schemas* (chapter
/// 5) in the PostgreSQL manual; `Row::try_get` in the documentation of the crate `postgres`.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: LUNDO,
    minutes: 14,
    steps: [
        numbers,
        natural,
        THREE_VALUES,
        WHAT_HAPPENS,
        NOT_A_BOY,
        DISTINCT_FROM,
        COUNTED,
        from_rust,
        schemas,
        NOT_ON_THE_PATH,
        IN_SHORT,
    ],
}
