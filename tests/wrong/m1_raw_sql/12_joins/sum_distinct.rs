//! caught by: activity counts each child and each character once, and 0 where there is nothing
//!
//! sum(DISTINCT) counts two messages of the same length as one.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/12_joins.rs"]
mod solution;
use solution::{Activity, conversations_of, lineage, without_conversations};

pub fn activity(client: &mut Client) -> Result<Vec<Activity>, Error> {
    let rows = client.query(
        "SELECT u.id, count(DISTINCT k.id), coalesce(sum(DISTINCT length(m.content)), 0)
         FROM users u
         LEFT JOIN children k      ON k.parent_id = u.id
         LEFT JOIN conversations c ON c.user_id = u.id
         LEFT JOIN messages m      ON m.conversation_id = c.id AND m.role = 'user'
         GROUP BY u.id
         ORDER BY u.id",
        &[],
    )?;
    let activity = |row: &postgres::Row| Activity {
        user_id: row.get(0),
        children: row.get(1),
        characters: row.get(2),
    };
    Ok(rows.iter().map(activity).collect())
}

harness::graded!(conversations_of, without_conversations, lineage, activity);
