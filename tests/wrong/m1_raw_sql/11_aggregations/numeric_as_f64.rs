//! caught by: average_length: characters on average, by role
//!
//! avg of integers is a numeric, and `get` panics on an f64.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/11_aggregations.rs"]
mod solution;
use solution::{busiest, children_per_parent, usage};

pub fn average_length(client: &mut Client) -> Result<Vec<(String, f64)>, Error> {
    let rows = client.query(
        "SELECT role, avg(length(content)) AS average
         FROM messages GROUP BY role ORDER BY role",
        &[],
    )?;
    Ok(rows.iter().map(|row| (row.get("role"), row.get("average"))).collect())
}

harness::graded!(children_per_parent, busiest, average_length, usage);
