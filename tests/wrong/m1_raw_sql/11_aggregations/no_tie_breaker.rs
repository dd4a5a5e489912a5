//! caught by: children_per_parent: every user, those with most children first
//!
//! Nothing decides between parents with as many children.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/11_aggregations.rs"]
mod solution;
use solution::{average_length, busiest, usage};

pub fn children_per_parent(client: &mut Client) -> Result<Vec<(i32, String, i64)>, Error> {
    let rows = client.query(
        "SELECT u.id, u.full_name, count(c.id) AS children
         FROM users u LEFT JOIN children c ON c.parent_id = u.id
         GROUP BY u.id ORDER BY children DESC",
        &[],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

harness::graded!(children_per_parent, busiest, average_length, usage);
