//! Row numbers where we have LATERAL and SEARCH; joins for subqueries; tuples.

use postgres::{Client, Error};

pub fn last_messages(
    client: &mut Client,
) -> Result<Vec<(i32, Option<i32>, Option<String>)>, Error> {
    let rows = client.query(
        "with numbered as (
             select *, row_number() over (
                 partition by conversation_id order by created_at desc, id desc) as place
             from messages
         )
         select conversations.id, numbered.id, content
         from conversations
         left join numbered on conversation_id = conversations.id and place = 1
         order by 1",
        &[],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

pub fn places(client: &mut Client) -> Result<Vec<(i32, i32, i64, i64)>, Error> {
    let rows = client.query(
        "SELECT c.child_id, c.id, count(m.id),
                rank() OVER (PARTITION BY c.child_id ORDER BY count(m.id) DESC)
         FROM messages m RIGHT JOIN conversations c ON m.conversation_id = c.id
         GROUP BY c.id ORDER BY 1, 4, 2",
        &[],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect())
}

pub fn silent(client: &mut Client) -> Result<Vec<String>, Error> {
    let rows = client.query(
        "SELECT u.username FROM users u LEFT JOIN comments c ON c.author_id = u.id
         WHERE c.author_id IS NULL ORDER BY u.id",
        &[],
    )?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

pub fn thread(client: &mut Client, post_id: i32) -> Result<Vec<(i32, i32, String)>, Error> {
    let rows = client.query(
        "WITH RECURSIVE placed AS (
             SELECT *, row_number() OVER (ORDER BY created_at, id) AS place FROM comments
         ), t AS (
             SELECT id, 0 AS depth, body, ARRAY[place] AS way FROM placed
             WHERE post_id = $1 AND reply_to IS NULL
           UNION
             SELECT p.id, depth + 1, p.body, way || place FROM placed p, t WHERE p.reply_to = t.id
         )
         SELECT id, depth, body FROM t ORDER BY way",
        &[&post_id],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

harness::graded!(last_messages, places, silent, thread);
