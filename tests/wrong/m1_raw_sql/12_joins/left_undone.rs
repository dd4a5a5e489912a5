//! caught by: activity counts each child and each character once, and 0 where there is nothing
//!
//! The role is asked in WHERE, which drops whoever has written nothing.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/12_joins.rs"]
mod solution;
use solution::{Activity, conversations_of, lineage, without_conversations};

pub fn activity(client: &mut Client) -> Result<Vec<Activity>, Error> {
    let rows = client.query(
        "SELECT u.id,
                (SELECT count(*) FROM children k WHERE k.parent_id = u.id),
                coalesce(sum(length(m.content)), 0)
         FROM users u
         LEFT JOIN conversations c ON c.user_id = u.id
         LEFT JOIN messages m      ON m.conversation_id = c.id
         WHERE m.role = 'user'
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
