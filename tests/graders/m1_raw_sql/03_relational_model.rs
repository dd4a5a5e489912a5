//! Checks of exercise 3: take a sheet apart.

use crate::grade::kit::*;
use crate::postgres::database::Fixture;

const HINTS: &[&str] = &[
    "Four statements: CREATE TABLE users, an INSERT that fills it, CREATE TABLE children, an INSERT that \
     fills it. All of them may stand in one `batch_execute`, with `;` between them.",
    "`INSERT INTO users (…) SELECT DISTINCT … FROM sheet` makes one row of all that agree.",
    "For the children, put the sheet beside the users: `FROM sheet JOIN users ON users.email = \
     sheet.parent_email`. Then `users.id` is the parent's. Join by what identifies a parent, and by \
     nothing else.",
    "Of the rows of the sheet, the children's are those `WHERE child_name IS NOT NULL`, and DISTINCT \
     over all their columns makes one of what was entered twice.",
];

/// The sheet belongs to the role of fixtures: one that the grader made would not be the answer's to
/// read.
const SHEET: Fixture = Fixture {
    name: "sheet",
    sql: "CREATE TABLE sheet (
              parent_name   text,
              parent_email  text NOT NULL,
              child_name    text,
              date_of_birth date,
              notes         text
          );
          INSERT INTO sheet VALUES
              ('Amara Okafor', 'amara@example.com', 'Chidi', '2019-05-17', 'Afraid of the dark.'),
              ('Seán O''Brien', 'sean@example.com', 'D''Arcy', '2020-09-01', 'Says no; a lot.'),
              ('Amara Okafor', 'amara@example.com', 'Ngozi', '2022-12-31', ''),
              ('Amara Okafor', 'amara@example.com', 'Emeka', '2016-02-29', 'Leap day.')",
    extensions: &[],
};

/// Two parents of one name, and two whose emails differ in the case of a letter.
const ALIKE: &str = "
    ('Anna Nowak', 'anna.n@example.com', 'Jan', '2020-01-01', 'x'),
    ('Anna Nowak', 'nowak.a@example.com', 'Ola', '2021-01-01', 'y'),
    ('Ann Bell', 'Ann@example.com', 'Bo', '2020-01-01', 'x'),
    ('Ann Lee', 'ann@example.com', 'Al', '2021-01-01', 'y')";

/// A child that was entered twice, and children who differ from another in one thing.
const TWICE: &str = "
    ('Chen Mei-Lin', 'mei@example.com', 'Wei', '2018-01-01', 'Twin of Lan.'),
    ('Chen Mei-Lin', 'mei@example.com', 'Wei', '2018-01-01', 'Twin of Lan.'),
    ('Chen Mei-Lin', 'mei@example.com', 'Lan', '2018-01-01', 'Twin of Wei.'),
    ('Chen Mei-Lin', 'mei@example.com', 'Lan', '2023-01-01', 'Twin of Wei.'),
    ('Chen Mei-Lin', 'mei@example.com', 'Lan', '2023-01-01', 'Named after her sister.'),
    ('Priya Raman', 'priya@example.com', 'Wei', '2018-01-01', 'Twin of Lan.')";

/// Parents without children, and names, dates and notes that nobody told.
const NULLS: &str = "
    ('Fatima Zahra', 'fatima@example.com', NULL, NULL, NULL),
    ('Fatima Zahra', 'fatima@example.com', NULL, NULL, NULL),
    ('Tomasz Nowak', 'tomasz@example.com', NULL, NULL, NULL),
    (NULL, 'nobody@example.com', 'Ida', '2020-01-01', 'x'),
    (NULL, 'nobody@example.com', 'Ines', NULL, NULL),
    ('Lucía Fernández', 'lucia@example.com', 'José', NULL, 'y'),
    ('Lucía Fernández', 'lucia@example.com', 'Ana', '2021-07-23', NULL)";

/// What all the others need.
const FIRST: &str = "users and children are there, with the columns that are asked for";

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.check(FIRST, &SHEET, |t| {
        take_apart(t, "")?;
        t.table("users")?.only(&["id", "email", "full_name"])?;
        t.table("children")?.only(&["id", "parent_id", "name", "date_of_birth", "notes"])?;
        Ok(())
    })?;

    g.needs(FIRST).then("types, keys and the reference are as asked for", |t| {
        take_apart(t, "")?;
        let (users, children) = (t.table("users")?, t.table("children")?);
        users.primary_key(&["id"])?.unique(&["email"])?;
        children.primary_key(&["id"])?.refers("parent_id", "users", OnDelete::Any)?;
        for table in [&users, &children] {
            table.column("id")?.is_any(&["integer", "bigint"])?.numbered()?;
        }
        let text = &["text", "varchar"];
        users.column("email")?.is_any(text)?.required()?;
        users.column("full_name")?.is_any(text)?.optional()?;
        children.column("parent_id")?.is_any(&["integer", "bigint"])?.required()?;
        children.column("name")?.is_any(text)?.required()?;
        children.column("date_of_birth")?.is("date")?.optional()?;
        children.column("notes")?.is_any(text)?.optional()?;
        Ok(())
    })?;

    g.needs(FIRST).then("each parent is one user, and each child has the right parent", |t| {
        take_apart(t, "")?;
        nothing_lost(t)
    })?;

    g.needs(FIRST).check(
        "a parent is known by the email, letter by letter, and not by the name",
        &SHEET,
        |t| {
            take_apart(t, ALIKE)?;
            nothing_lost(t)
        },
    )?;

    g.needs(FIRST).check(
        "nobody is lost for a NULL: no parent without children, no child",
        &SHEET,
        |t| {
            take_apart(t, NULLS)?;
            nothing_lost(t)
        },
    )?;

    g.needs(FIRST).check(
        "a child that was entered twice is stored once, and no other is left out",
        &SHEET,
        |t| {
            take_apart(t, TWICE)?;
            nothing_lost(t)
        },
    )?;

    g.needs(FIRST).then("the sheet stays as it is", |t| {
        take_apart(t, TWICE)?;
        let there = t.value("SELECT to_regclass('sheet')")?;
        ensure(there.is_some(), "after `take_apart` there is no table `sheet` any more.")?;
        let left = t.value("SELECT count(*) FROM sheet")?;
        equal("the number of rows in the sheet, which were 10", left.as_deref(), Some("10"))
    })
}

/// Puts some more rows into the sheet, and calls the answer, unless the check before has done so.
fn take_apart(t: &mut Trial<'_>, more: &str) -> Outcome {
    if t.value("SELECT to_regclass('kept.sheet')")?.is_some() {
        return Ok(());
    }
    if !more.is_empty() {
        t.sql(&format!("INSERT INTO sheet VALUES {more}"))?;
    }
    // What there was, whatever becomes of the sheet.
    t.sql("CREATE SCHEMA kept; CREATE TABLE kept.sheet AS SELECT * FROM sheet")?;
    t.call::<()>("take_apart", ())?.ok()
}

/// Users and children hold what the sheet held, each fact once.
fn nothing_lost(t: &mut Trial<'_>) -> Outcome {
    same(
        t,
        "`users` (email, full_name)",
        "SELECT DISTINCT parent_email, parent_name FROM kept.sheet",
        "SELECT email, full_name FROM users",
    )?;
    same(
        t,
        "`children` with their parents (email, name, date_of_birth, notes)",
        "SELECT DISTINCT parent_email, child_name, date_of_birth::text, notes FROM kept.sheet
         WHERE child_name IS NOT NULL",
        "SELECT u.email, c.name, c.date_of_birth::text, c.notes
         FROM children c LEFT JOIN users u ON u.id = c.parent_id",
    )
}

/// Two queries have the same rows. Says which are missing and which are too many.
fn same(t: &mut Trial<'_>, what: &str, expected: &str, actual: &str) -> Outcome {
    let missing = t.rows(&format!("{expected} EXCEPT ALL {actual} ORDER BY 1, 2"))?;
    let surplus = t.rows(&format!("{actual} EXCEPT ALL {expected} ORDER BY 1, 2"))?;
    let mut told = String::new();
    for (word, rows) in [("\nMissing:", missing), ("\nToo many:", surplus)] {
        if rows.is_empty() {
            continue;
        }
        told.push_str(word);
        let more = rows.len().saturating_sub(3);
        for row in rows.into_iter().take(3) {
            let values = row.into_iter().map(|value| value.unwrap_or("NULL".to_owned()));
            told.push_str(&format!("\n    ({})", values.collect::<Vec<_>>().join(", ")));
        }
        if more > 0 {
            told.push_str(&format!("\n    and {more} more"));
        }
    }
    ensure(told.is_empty(), format!("{what} do not hold what the sheet says.{told}"))
}
