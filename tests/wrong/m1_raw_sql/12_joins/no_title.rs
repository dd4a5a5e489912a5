//! caught by: without_conversations finds the users who have begun none
//!
//! A title may be NULL in a conversation that is there.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/12_joins.rs"]
mod solution;
use solution::{User, activity, conversations_of, lineage};

pub fn without_conversations(client: &mut Client) -> Result<Vec<User>, Error> {
    let rows = client.query(
        "SELECT DISTINCT u.id, u.full_name
         FROM users u LEFT JOIN conversations c ON c.user_id = u.id
         WHERE c.title IS NULL
         ORDER BY u.id",
        &[],
    )?;
    Ok(rows.iter().map(|row| User { id: row.get(0), full_name: row.get(1) }).collect())
}

harness::graded!(conversations_of, without_conversations, lineage, activity);
