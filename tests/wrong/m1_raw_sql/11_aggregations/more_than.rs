//! caught by: busiest: conversations with at least so many messages, most first
//!
//! At least so many is not more than so many.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/11_aggregations.rs"]
mod solution;
use solution::{Busy, average_length, children_per_parent, usage};

pub fn busiest(client: &mut Client, at_least: i64) -> Result<Vec<Busy>, Error> {
    let rows = client.query(
        "SELECT c.id, c.title, count(m.id) AS messages,
                count(m.id) FILTER (WHERE m.role = 'user') AS questions
         FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
         GROUP BY c.id
         HAVING count(m.id) > $1
         ORDER BY messages DESC, c.id",
        &[&at_least],
    )?;
    let busy = |row: &postgres::Row| Busy {
        id: row.get("id"),
        title: row.get("title"),
        messages: row.get("messages"),
        questions: row.get("questions"),
    };
    Ok(rows.iter().map(busy).collect())
}

harness::graded!(children_per_parent, busiest, average_length, usage);
