//! caught by: children are those born by that day, with NULL as None and the age of that day
//!
//! Days divided by 365: every leap year moves the birthday by a day.

use chrono::NaiveDate;
use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/15_types_and_rows.rs"]
mod solution;
use solution::{Child, add_child, register};

pub fn children(client: &mut Client, parent_id: i32, day: NaiveDate) -> Result<Vec<Child>, Error> {
    let rows = client.query(
        "SELECT * FROM children WHERE parent_id = $1 AND date_of_birth <= $2
         ORDER BY date_of_birth, id",
        &[&parent_id, &day],
    )?;
    let child = |row: &postgres::Row| {
        let born: NaiveDate = row.get("date_of_birth");
        Child {
            id: row.get("id"),
            name: row.get("name"),
            date_of_birth: born,
            gender: row.get("gender"),
            notes: row.get("notes"),
            age: i32::try_from((day - born).num_days() / 365).unwrap_or(0),
        }
    };
    Ok(rows.iter().map(child).collect())
}

harness::graded!(children, register, add_child);
