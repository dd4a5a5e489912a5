//! caught by: activity counts each child and each character once, and 0 where there is nothing
//!
//! count(*) counts the row that a left join makes for whoever has no child.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/12_joins.rs"]
mod solution;
use solution::{Activity, conversations_of, lineage, without_conversations};

pub fn activity(client: &mut Client) -> Result<Vec<Activity>, Error> {
    let rows = client.query(
        "SELECT u.id, count(*), coalesce(max(w.characters), 0)
         FROM users u
         LEFT JOIN children k ON k.parent_id = u.id
         LEFT JOIN (SELECT c.user_id, sum(length(m.content)) AS characters
                    FROM conversations c JOIN messages m ON m.conversation_id = c.id
                    WHERE m.role = 'user'
                    GROUP BY c.user_id) w ON w.user_id = u.id
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
