//! WITH, RIGHT JOIN, LEFT JOIN LATERAL, FILTER and HAVING; one statement prepared.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/12_joins.rs"]
mod solution;
use solution::{Activity, Conversation, Line, User};

pub fn conversations_of(client: &mut Client, parent_id: i32) -> Result<Vec<Conversation>, Error> {
    let statement = client.prepare(
        "WITH mine AS (SELECT id AS child_id, name FROM children WHERE parent_id = $1)
         SELECT c.id, mine.name, c.title FROM mine JOIN conversations c USING (child_id)
         ORDER BY c.updated_at DESC, c.id DESC",
    )?;
    let rows = client.query(&statement, &[&parent_id])?;
    let conversation =
        |row: &postgres::Row| Conversation { id: row.get(0), child: row.get(1), title: row.get(2) };
    Ok(rows.iter().map(conversation).collect())
}

pub fn without_conversations(client: &mut Client) -> Result<Vec<User>, Error> {
    let rows = client.query(
        "SELECT u.id, u.full_name FROM conversations c RIGHT JOIN users u ON c.user_id = u.id
         GROUP BY u.id HAVING count(c.id) = 0 ORDER BY u.id",
        &[],
    )?;
    Ok(rows.iter().map(|row| User { id: row.get(0), full_name: row.get(1) }).collect())
}

pub fn lineage(client: &mut Client) -> Result<Vec<Line>, Error> {
    let mut transaction = client.transaction()?;
    let rows = transaction.query(
        "SELECT m.id, about.title, about.name, about.full_name
         FROM messages m LEFT JOIN (
             (children k JOIN users u ON u.id = k.parent_id) JOIN conversations c ON c.child_id = k.id
         ) AS about (child, p1, name, p2, p3, p4, p5, p6, user_id, p7, full_name, p8, p9, p10, p11,
                     p12, p13, conversation, p14, p15, p16, title)
             ON about.conversation = m.conversation_id
         ORDER BY m.id",
        &[],
    )?;
    transaction.commit()?;
    let line = |row: &postgres::Row| Line {
        message_id: row.get(0),
        title: row.get(1),
        child: row.get(2),
        parent: row.get(3),
    };
    Ok(rows.iter().map(line).collect())
}

pub fn activity(client: &mut Client) -> Result<Vec<Activity>, Error> {
    let rows = client.query(
        "SELECT u.id, count(k.id), max(w.characters)
         FROM users u LEFT JOIN children k ON k.parent_id = u.id
         CROSS JOIN LATERAL (
             SELECT coalesce(sum(length(m.content)) FILTER (WHERE m.role = 'user'), 0)
             FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
             WHERE c.user_id = u.id
         ) AS w (characters)
         GROUP BY u.id ORDER BY u.id",
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
