//! IS NULL spelled out, CASE, and what Rust can do with an Option.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/06_keys_nulls_schemas.rs"]
mod solution;
use solution::Notes;

pub fn other_than(client: &mut Client, gender: &str) -> Result<Vec<(i32, String)>, Error> {
    let rows = client.query(
        "SELECT name, id FROM public.children WHERE gender <> $1 OR gender IS NULL ORDER BY 2",
        &[&gender],
    )?;
    Ok(rows.iter().map(|row| (row.get("id"), row.get("name"))).collect())
}

pub fn with_gender(
    client: &mut Client,
    gender: Option<String>,
) -> Result<Vec<(i32, String)>, Error> {
    let rows = match gender {
        Some(gender) => {
            let sql = "SELECT id, name FROM children WHERE gender = $1 ORDER BY id";
            client.query(sql, &[&gender])?
        }
        None => {
            client.query("SELECT id, name FROM children WHERE gender IS NULL ORDER BY id", &[])?
        }
    };
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

pub fn labels(client: &mut Client) -> Result<Vec<String>, Error> {
    let rows = client.query("SELECT name, notes FROM children ORDER BY id", &[])?;
    let label = |row: &postgres::Row| {
        let name: String = row.get(0);
        match row.get::<_, Option<String>>(1) {
            Some(notes) => format!("{name}: {notes}"),
            None => name,
        }
    };
    Ok(rows.iter().map(label).collect())
}

pub fn notes_of(client: &mut Client, parent_id: i32) -> Result<Notes, Error> {
    let row = client.query_one(
        "SELECT count(id), sum(CASE WHEN notes IS NULL THEN 0 ELSE 1 END), max(char_length(notes))
         FROM children WHERE parent_id = $1",
        &[&parent_id],
    )?;
    Ok(Notes {
        children: row.get(0),
        with_notes: row.get::<_, Option<i64>>(1).unwrap_or(0),
        longest: row.get::<_, Option<i32>>(2).unwrap_or_default(),
    })
}

harness::graded!(other_than, with_gender, labels, notes_of);
