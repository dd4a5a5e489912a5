//! # Sample: what it is about
//!
//! The mental model, in a paragraph: what the thing is, and what the server promises.
//!
//! The database is Lundo: `users` are parents, and each has `children`.

use crate::lesson::prelude::*;

/// ## A statement
///
/// What to look at, before it runs.
pub const A_STATEMENT: Sql = sql(indoc! {"
    SELECT name, date_of_birth
    FROM children
    WHERE parent_id = 1
    ORDER BY date_of_birth, id
"});

/// ## Before you go on
///
/// User 4711 is not there.
pub const WHAT_HAPPENS: Prediction = predict(
    "How many rows come back for user 4711?",
    &[
        choice("None", Claim::Rows(0), "No row fits, and that is a result like any other."),
        choice(
            "None: the statement fails",
            Claim::Fails("02000"),
            "To find nothing is no error for the server.",
        ),
    ],
);

/// ## Nobody's children
///
/// What the learner has just said something about.
pub const NOBODY: Sql = sql("SELECT name FROM children WHERE parent_id = 4711");

/// ## From Rust
///
/// The same from a program.
pub fn from_rust(client: &mut Client, out: &mut Out) -> Result<()> {
    let sql = "SELECT name FROM children WHERE parent_id = $1 ORDER BY id";
    let rows = client.query(sql, &[&1])?;
    out.rows(&rows);
    Ok(())
}

/// ## In three lines
///
/// - What to remember first.
/// - What to remember second.
/// - What to remember third.
///
/// Read on: the chapter of the PostgreSQL manual, by its name.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: LUNDO,
    minutes: 10,
    steps: [
        A_STATEMENT,
        WHAT_HAPPENS,
        NOBODY,
        from_rust,
        IN_SHORT,
    ],
}
