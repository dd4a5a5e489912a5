//! IS NOT TRUE, EXCEPT, concat_ws and FILTER.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/06_keys_nulls_schemas.rs"]
mod solution;
use solution::Notes;

pub fn other_than(client: &mut Client, gender: &str) -> Result<Vec<(i32, String)>, Error> {
    let rows = client.query(
        "SELECT id, name FROM children WHERE (gender = $1) IS NOT TRUE ORDER BY id",
        &[&gender],
    )?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

pub fn with_gender(client: &mut Client, gender: Option<&str>) -> Result<Vec<(i32, String)>, Error> {
    let rows = client.query(
        "SELECT id, name FROM children
         EXCEPT SELECT id, name FROM children WHERE gender IS DISTINCT FROM $1
         ORDER BY id",
        &[&gender],
    )?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

pub fn labels(client: &mut Client) -> Result<Vec<String>, Error> {
    let rows = client
        .query("SELECT concat_ws(': ', name, notes) AS label FROM children ORDER BY id", &[])?;
    Ok(rows.iter().map(|row| row.get("label")).collect())
}

pub fn notes_of(client: &mut Client, parent_id: i32) -> Result<Notes, Error> {
    let row = client.query_opt(
        "SELECT u.id, count(c.id) AS children,
                count(*) FILTER (WHERE c.notes IS NOT NULL) AS with_notes,
                greatest(max(length(c.notes)), 0) AS longest
         FROM users u LEFT JOIN children c ON c.parent_id = u.id
         WHERE u.id = $1 GROUP BY u.id",
        &[&parent_id],
    )?;
    Ok(match row {
        Some(row) => Notes {
            children: row.get("children"),
            with_notes: row.get("with_notes"),
            longest: row.get("longest"),
        },
        None => Notes { children: 0, with_notes: 0, longest: 0 },
    })
}

harness::graded!(other_than, with_gender, labels, notes_of);
