//! Checks of exercise 5: the tables of Lundo.

use crate::grade::kit::*;
use crate::lesson::fixtures::EMPTY;

const HINTS: &[&str] = &[
    "Two CREATE TABLE statements, with `;` between them, in one call of `client.batch_execute`. What \
     that returns is what the function has to return. `users` has to be there first.",
    "A column is `name type constraints`: NOT NULL if it is required, nothing if it is optional, \
     DEFAULT for whoever does not say, UNIQUE if no two rows may have the same.",
    "The reference is `parent_id integer NOT NULL REFERENCES users ON DELETE CASCADE`. A rule about \
     a value is `CHECK (…)`, and NULL passes it.",
    "What is about several columns together stands on a line of its own, after the columns: \
     `UNIQUE (parent_id, name, date_of_birth)`. UNIQUE behind one column is about that one alone.",
];

/// A user and a child, with a value of ours in every column: a check is about one promise, and must
/// not stumble over another.
const FAMILY: &str = "
    INSERT INTO users (id, email, full_name, hashed_password, is_active, created_at)
        OVERRIDING SYSTEM VALUE
        VALUES (1001, 'amara@example.com', 'Amara Okafor', 'x', true, '2025-01-31 12:00Z'),
               (1002, 'sean@example.com', 'Seán O''Brien', 'x', true, '2025-01-31 12:00Z');
    INSERT INTO children (id, parent_id, name, date_of_birth, gender, notes)
        OVERRIDING SYSTEM VALUE
        VALUES (1001, 1001, 'Chidi', '2019-05-17', 'boy', 'Afraid of the dark.');
";

/// What all the others need.
const FIRST: &str = "both tables are there, with the columns that are asked for";

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.check(FIRST, &EMPTY, |t| {
        t.call::<()>("create_tables", ())?.ok()?;
        let (users, children) = (t.table("users")?, t.table("children")?);
        users.only(USERS)?;
        children.only(CHILDREN)?;
        Ok(())
    })?;

    g.needs(FIRST).then("each column is of the right type, with room for long texts", |t| {
        created(t)?;
        let (users, children) = (t.table("users")?, t.table("children")?);
        let text = &["text", "varchar"];
        let number = &["integer", "bigint"];
        for (table, column, kinds) in [
            (&users, "id", number),
            (&users, "email", text),
            (&users, "full_name", text),
            (&users, "hashed_password", text),
            (&children, "id", number),
            (&children, "parent_id", number),
            (&children, "name", text),
            (&children, "notes", text),
        ] {
            base(t, table, column)?.is_any(kinds)?;
        }
        base(t, &users, "is_active")?.is("boolean")?;
        base(t, &users, "created_at")?.is_any(&["timestamptz"])?;
        base(t, &children, "date_of_birth")?.is("date")?;
        // What is as long as people make it has room, however the type is spelled.
        long_texts(t)
    })?;

    g.needs(FIRST).then("what is required is NOT NULL, and what is optional is not", |t| {
        created(t)?;
        let (users, children) = (t.table("users")?, t.table("children")?);
        for column in ["id", "email", "full_name", "is_active", "created_at"] {
            users.column(column)?.required()?;
        }
        for column in ["id", "parent_id", "name", "date_of_birth"] {
            children.column(column)?.required()?;
        }
        users.column("hashed_password")?.optional()?;
        children.column("gender")?.optional()?;
        children.column("notes")?.optional()?;
        // A CHECK may say IS NOT NULL in many ways.
        t.accepts(
            &format!(
                "{FAMILY} UPDATE children SET gender = NULL, notes = NULL;
                 UPDATE users SET hashed_password = NULL"
            ),
            "a user without a password, or a child without gender and notes,",
        )
    })?;

    g.needs(FIRST).then("the server numbers the rows", |t| {
        created(t)?;
        for name in ["users", "children"] {
            let table = t.table(name)?;
            table.primary_key(&["id"])?;
            table.column("id")?.numbered()?;
        }
        t.accepts(
            "INSERT INTO users (email, full_name, is_active, created_at)
                 VALUES ('bo@example.com', 'Bo', true, now()), ('al@example.com', 'Al', true, now())",
            "a second user",
        )
    })?;

    g.needs(FIRST).then(
        "who does not say is active, and was created when the INSERT ran",
        |t| {
            created(t)?;
            t.sql("BEGIN")?;
            let result = the_defaults(t);
            // Whatever came of it, the session is needed again.
            t.sql("ROLLBACK")?;
            result
        },
    )?;

    g.needs(FIRST).then("an email is stored once", |t| {
        created(t)?;
        t.table("users")?.unique(&["email"])?;
        t.refuses(
            &format!("{FAMILY} UPDATE users SET email = 'amara@example.com'"),
            "23505",
            "an email that is taken",
        )
    })?;

    g.needs(FIRST).then("a child has a parent, and goes with that parent", |t| {
        created(t)?;
        t.table("children")?.refers("parent_id", "users", OnDelete::Cascade)?;
        t.refuses(
            &format!("{FAMILY} UPDATE children SET parent_id = 4711"),
            "23503",
            "a child of a parent who is not there",
        )?;
        t.accepts(&format!("{FAMILY} DELETE FROM users"), "the deletion of a user who has a child")
    })?;

    g.needs(FIRST).then("a name is not empty", |t| {
        created(t)?;
        refused(t, "UPDATE children SET name = ''", "a child whose name is ''")?;
        t.accepts(
            &format!(
                "{FAMILY} UPDATE children SET name = 'D''Arcy'; UPDATE children SET name = 'Ó'"
            ),
            "a child named D'Arcy, or Ó",
        )
    })?;

    g.needs(FIRST).then("a gender is 'girl', 'boy' or 'other'", |t| {
        created(t)?;
        for gender in ["girl", "boy", "other"] {
            t.accepts(
                &format!("{FAMILY} UPDATE children SET gender = '{gender}'"),
                &format!("the gender '{gender}'"),
            )?;
        }
        let with_null =
            t.table("children")?.checks.iter().any(|check| check.definition.contains("NULL"));
        let why = if with_null { " (with NULL in its list, a CHECK is never false)" } else { "" };
        for gender in ["dragon", "", "Girl"] {
            refused(
                t,
                &format!("UPDATE children SET gender = '{gender}'"),
                &format!("the gender '{gender}'{why}"),
            )?;
        }
        Ok(())
    })?;

    g.needs(FIRST).then(
        "name and date of birth are unique within a family, and only there",
        |t| {
            created(t)?;
            t.refuses(
                &format!("{FAMILY} {}", another("1001, 'Chidi', '2019-05-17'")),
                "23505",
                "a second child of the same parent, with the same name and date of birth",
            )?;
            for (other, what) in [
                ("1001, 'Kelechi', '2019-05-17'", "a twin"),
                ("1001, 'Chidi', '2023-01-31'", "a namesake who was born in another year"),
                (
                    "1002, 'Chidi', '2019-05-17'",
                    "another parent's child of that name and date of birth",
                ),
            ] {
                t.accepts(&format!("{FAMILY} {}", another(other)), what)?;
            }
            Ok(())
        },
    )?;

    g.needs(FIRST).check("a table that is there already is an error, and stays as it is", &EMPTY, |t| {
        t.sql("CREATE TABLE users (nickname text); INSERT INTO users VALUES ('Ada')")?;
        let called = t.call::<()>("create_tables", ())?.either();
        let there = t.try_sql("SELECT nickname FROM users")?.is_ok()
            && t.value("SELECT nickname FROM users")?.as_deref() == Some("Ada");
        ensure(
            there,
            "a table `users` was there, with a row in it, and after `create_tables` it is gone. Somebody \
             may have needed it.",
        )?;
        match called {
            Err(failure) if failure.sqlstate() == Some("42P07") => Ok(()),
            Err(failure) => wrong(format!(
                "another table `users` was there already, and `create_tables` went on until something \
                 else failed: {}\nExpected was the server's 42P07, from CREATE TABLE users. IF NOT \
                 EXISTS does not look at what exists.",
                explain(&failure)
            )),
            Ok(()) => wrong(
                "another table `users` was there already, without any of the columns, and \
                 `create_tables` returned Ok. IF NOT EXISTS does not look at what exists, and an error \
                 that is dropped is one that nobody mends.",
            ),
        }
    })
}

const USERS: &[&str] = &["id", "email", "full_name", "hashed_password", "is_active", "created_at"];
const CHILDREN: &[&str] = &["id", "parent_id", "name", "date_of_birth", "gender", "notes"];

/// A second child: parent, name and date of birth.
fn another(child: &str) -> String {
    format!(
        "INSERT INTO children (id, parent_id, name, date_of_birth, gender, notes)
         OVERRIDING SYSTEM VALUE SELECT 1002, {child}, 'boy', 'None.'"
    )
}

/// Sees to it that the tables are there: in the database of the check before they are.
fn created(t: &mut Trial<'_>) -> Outcome {
    if t.value("SELECT to_regclass('users')")?.is_some() {
        return Ok(());
    }
    t.call::<()>("create_tables", ())?.ok()
}

/// A column, with the type under its domain if it has one.
fn base(t: &mut Trial<'_>, table: &Table, column: &str) -> Outcome<catalog::Column> {
    let mut column = table.column(column)?.clone();
    let sql = format!(
        "SELECT format_type(t.typbasetype, t.typtypmod)
         FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid AND t.typtype = 'd'
         WHERE a.attrelid = '{}'::regclass AND a.attname = '{}'",
        table.name, column.name
    );
    if let Some(kind) = t.value(&sql)? {
        column.kind = kind;
    }
    Ok(column)
}

fn long_texts(t: &mut Trial<'_>) -> Outcome {
    for (update, what) in [
        ("UPDATE users SET email = repeat('a', 230) || '@example.com'", "an email of 242 letters"),
        ("UPDATE users SET full_name = repeat('Ó', 200)", "a full name of 200 letters"),
        ("UPDATE users SET hashed_password = repeat('x', 120)", "a password's hash of 120 letters"),
        ("UPDATE children SET name = repeat('Ó', 100)", "a child's name of 100 letters"),
        ("UPDATE children SET notes = repeat('x', 5000)", "notes of 5,000 letters"),
    ] {
        t.accepts(&format!("{FAMILY} {update} WHERE id = 1001"), what)?;
    }
    Ok(())
}

/// A family is stored, and then this is refused, by whatever kind of rule: a CHECK or a domain
/// (23514), an enum (22P02), a table of what there is (23503).
fn refused(t: &mut Trial<'_>, sql: &str, what: &str) -> Outcome {
    t.accepts(FAMILY, "a user with a child")?;
    t.sql("BEGIN")?;
    t.sql(FAMILY)?;
    let result = t.try_sql(&format!("{sql}; SET CONSTRAINTS ALL IMMEDIATE"))?;
    t.sql("ROLLBACK")?;
    match result {
        Ok(()) => wrong(format!("{what} was stored; it has to be refused.")),
        Err(failure)
            if ["23514", "22P02", "23503"].iter().any(|code| failure.sqlstate() == Some(code)) =>
        {
            Ok(())
        }
        Err(failure) => wrong(format!(
            "{what} has to be refused by a rule about it; the server said: {}",
            explain(&failure)
        )),
    }
}

fn the_defaults(t: &mut Trial<'_>) -> Outcome {
    let insert = "INSERT INTO users (id, email, full_name) OVERRIDING SYSTEM VALUE
                  VALUES (1001, 'amara@example.com', 'Amara Okafor')";
    if let Err(failure) = t.try_sql(insert)? {
        return wrong(format!(
            "a user of whom only the email and the full name are given is refused: {}",
            explain(&failure)
        ));
    }
    let active = t.value("SELECT is_active FROM users")?;
    equal("is_active of a user who does not say", active.as_deref(), Some("t"))?;
    let created = t.value("SELECT created_at FROM users")?;
    let Some(created) = created else {
        return wrong(
            "created_at of a user who does not say is NULL; the task asks for a default.",
        );
    };
    // The tables were made in an earlier transaction, so their time is an earlier one. A type that
    // rounds to seconds may round down.
    let sql = "SELECT created_at BETWEEN now() AND clock_timestamp() OR atttypmod <> -1, now()
               FROM users, pg_attribute
               WHERE attrelid = 'users'::regclass AND attname = 'created_at'";
    let row = t.rows(sql)?.pop().unwrap_or_default();
    let text = |index: usize| row.get(index).cloned().flatten().unwrap_or_default();
    ensure(
        text(0) == "t",
        format!(
            "a user was stored at {}, and created_at says {created}. A default is an expression that \
             is asked at each INSERT: now(). The text 'now' is read once, when the table is created.",
            text(1)
        ),
    )
}
