//! NOT EXISTS, subqueries in the list of columns, the tables of the walk the other way round; tuples.

use postgres::{Client, Error};

type Line = (i32, Option<String>, String, String);

pub fn conversations_of(
    client: &mut Client,
    parent: i32,
) -> Result<Vec<(i32, String, Option<String>)>, Error> {
    let rows = client.query(
        "select conversations.id, children.name, title from users
         inner join children on users.id = parent_id
         inner join conversations on children.id = child_id
         where users.id = $1 order by conversations.updated_at desc, 1 desc",
        &[&parent],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

pub fn without_conversations(client: &mut Client) -> Result<Vec<(i32, String)>, Error> {
    let rows = client.query(
        "SELECT id, full_name FROM users u
         WHERE NOT EXISTS (SELECT 1 FROM conversations c WHERE c.user_id = u.id) ORDER BY id",
        &[],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

pub fn lineage(client: &mut Client) -> Result<Vec<Line>, Error> {
    let mut rows = client.query(
        "SELECT m.id, c.title, k.name, u.full_name
         FROM users u, children k, conversations c, messages m
         WHERE u.id = k.parent_id AND k.id = c.child_id AND c.id = m.conversation_id",
        &[],
    )?;
    rows.sort_by_key(|row| row.get::<_, i32>(0));
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect())
}

pub fn activity(client: &mut Client) -> Result<Vec<(i32, i64, i64)>, Error> {
    let rows = client.query(
        "SELECT id, (SELECT count(*) FROM children WHERE parent_id = u.id),
                (SELECT coalesce(sum(char_length(content)), 0)
                 FROM messages JOIN conversations c ON c.id = conversation_id
                 WHERE role = 'user' AND user_id = u.id)
         FROM users u ORDER BY id",
        &[],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

harness::graded!(conversations_of, without_conversations, lineage, activity);
