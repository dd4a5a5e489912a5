//! caught by: usage: conversations, their messages, and the longest
//!
//! The join repeats a conversation for each of its messages.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/11_aggregations.rs"]
mod solution;
use solution::{Usage, average_length, busiest, children_per_parent};

pub fn usage(client: &mut Client, user_id: i32) -> Result<Usage, Error> {
    let row = client.query_one(
        "SELECT count(c.id) AS conversations, count(m.id) AS messages,
                (SELECT max(n) FROM (SELECT count(x.id) AS n
                 FROM conversations k LEFT JOIN messages x ON x.conversation_id = k.id
                 WHERE k.user_id = $1 GROUP BY k.id) AS counts) AS longest
         FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
         WHERE c.user_id = $1",
        &[&user_id],
    )?;
    Ok(Usage {
        conversations: row.get("conversations"),
        messages: row.get("messages"),
        longest: row.get("longest"),
    })
}

harness::graded!(children_per_parent, busiest, average_length, usage);
