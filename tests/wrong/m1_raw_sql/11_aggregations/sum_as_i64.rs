//! caught by: usage: conversations, their messages, and the longest
//!
//! The sum of bigints is a numeric, and `get` panics on an i64.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/11_aggregations.rs"]
mod solution;
use solution::{Usage, average_length, busiest, children_per_parent};

pub fn usage(client: &mut Client, user_id: i32) -> Result<Usage, Error> {
    let row = client.query_one(
        "SELECT count(*) AS conversations,
                coalesce(sum(messages), 0) AS messages,
                max(messages) AS longest
         FROM (SELECT count(m.id) AS messages
               FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
               WHERE c.user_id = $1
               GROUP BY c.id) AS counts",
        &[&user_id],
    )?;
    Ok(Usage {
        conversations: row.get("conversations"),
        messages: row.get("messages"),
        longest: row.get("longest"),
    })
}

harness::graded!(children_per_parent, busiest, average_length, usage);
