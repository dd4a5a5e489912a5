//! # Exercise 6: queries that stay right when there are NULLs
//!
//! The tables are those of the lesson. `gender` and `notes` of a child may be NULL, and then nobody has
//! told. The empty text `''` is not NULL: it is a text like any other, here too.
//!
//! Each function asks one query.
//!
//! `other_than` finds the children whose gender is not the one given. A child of whom it was not told
//! is among them. By id.
//!
//! `with_gender` finds the children whose gender is the one given. With `None` these are the children
//! of whom it was not told. By id.
//!
//! `labels` gives a line for each child: the name, a colon, a space and the notes, as in `Anika: Gluten
//! free.` A child without notes is its name alone: `Wei`. By id.
//!
//! `notes_of` tells of a parent how many children there are, how many of them have notes, and how many
//! letters the longest notes have, which is 0 if there are none. A parent without children, or an id
//! that nobody has, is told of in the same way.
//!
//! Check your answer with `cargo run -- check 6`.

use postgres::{Client, Error};

/// What a parent has told of the children.
#[derive(Debug, serde::Serialize)]
pub struct Notes {
    pub children: i64,
    pub with_notes: i64,
    pub longest: i32,
}

/// The ids and names of the children whose gender is another, or was not told.
pub fn other_than(client: &mut Client, gender: &str) -> Result<Vec<(i32, String)>, Error> {
    // todo: query the children whose gender is not the one given, NULL among them
    // `<>` would be NULL for those who did not tell, and WHERE keeps what is true.
    let rows = client.query(
        "SELECT id, name FROM children WHERE gender IS DISTINCT FROM $1 ORDER BY id",
        &[&gender],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    // end
}

/// The ids and names of the children whose gender is this one, or was not told if it is `None`.
pub fn with_gender(client: &mut Client, gender: Option<&str>) -> Result<Vec<(i32, String)>, Error> {
    // todo: query the children whose gender is the one given; None is NULL
    // `= NULL` finds nothing. This finds those whose gender is NULL, and still one that is given.
    let rows = client.query(
        "SELECT id, name FROM children WHERE gender IS NOT DISTINCT FROM $1 ORDER BY id",
        &[&gender],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    // end
}

/// A line for each child: `name: notes`, or the name alone.
pub fn labels(client: &mut Client) -> Result<Vec<String>, Error> {
    // todo: query a line for each child
    // Without notes the colon goes too: what NULL is joined to is NULL, and becomes nothing.
    let rows = client
        .query("SELECT name || coalesce(': ' || notes, '') FROM children ORDER BY id", &[])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
    // end
}

/// How many children a parent has, how many have notes, and the letters of the longest.
pub fn notes_of(client: &mut Client, parent_id: i32) -> Result<Notes, Error> {
    // todo: query the three numbers in one row
    // The counts are 0 where there is nothing to count; a maximum is NULL.
    let row = client.query_one(
        "SELECT count(*), count(notes), coalesce(max(length(notes)), 0)
         FROM children WHERE parent_id = $1",
        &[&parent_id],
    )?;
    Ok(Notes { children: row.get(0), with_notes: row.get(1), longest: row.get(2) })
    // end
}

harness::graded!(other_than, with_gender, labels, notes_of);
