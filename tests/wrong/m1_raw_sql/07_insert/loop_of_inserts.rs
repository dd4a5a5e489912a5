//! caught by: add_children sends one INSERT, however many children there are
//!
//! One statement a child: the right rows at 25 round trips.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;
use solution::{NewChild, add_user};

pub fn add_children(
    client: &mut Client,
    parent_id: i32,
    children: &[NewChild],
) -> Result<u64, Error> {
    let mut count = 0;
    for child in children {
        count += client.execute(
            "INSERT INTO children (parent_id, name, date_of_birth, notes) VALUES ($1, $2, $3, $4)",
            &[&parent_id, &child.name, &child.date_of_birth, &child.notes],
        )?;
    }
    Ok(count)
}

harness::graded!(add_user, add_children);
