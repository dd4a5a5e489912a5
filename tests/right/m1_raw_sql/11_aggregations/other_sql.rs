//! Counts in subqueries beside each row, sum of a CASE, count(DISTINCT …); structs where the task has
//! tuples.

use postgres::{Client, Error, Row};

#[derive(serde::Serialize)]
pub struct Parent {
    id: i32,
    full_name: String,
    children: i64,
}

pub fn children_per_parent(client: &mut Client) -> Result<Vec<Parent>, Error> {
    let rows = client.query(
        "SELECT u.id, u.full_name,
                (SELECT count(*) FROM children WHERE parent_id = u.id) AS children
         FROM users u ORDER BY 3 DESC, 1",
        &[],
    )?;
    let parent = |row: &Row| Parent { id: row.get(0), full_name: row.get(1), children: row.get(2) };
    Ok(rows.iter().map(parent).collect())
}

pub fn busiest(
    client: &mut Client,
    at_least: i64,
) -> Result<Vec<(i32, Option<String>, i64, i64)>, Error> {
    let rows = client.query(
        "SELECT * FROM (
             SELECT c.id, c.title, count(conversation_id) AS n,
                    coalesce(sum(CASE WHEN role = 'user' THEN 1 ELSE 0 END), 0) AS questions
             FROM messages RIGHT JOIN conversations c ON c.id = conversation_id
             GROUP BY c.id, c.title
         ) AS counted
         WHERE n >= $1 ORDER BY n DESC, id",
        &[&at_least],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect())
}

pub fn average_length(client: &mut Client) -> Result<Vec<(String, f64)>, Error> {
    let rows = client.query(
        "SELECT role, sum(char_length(content))::float8 / count(*)
         FROM messages GROUP BY 1 ORDER BY 1",
        &[],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

pub fn usage(client: &mut Client, user_id: i32) -> Result<(i64, i64, Option<i64>), Error> {
    let row = client.query_one(
        "SELECT count(DISTINCT c.id), count(m.id),
                (SELECT (SELECT count(*) FROM messages WHERE conversation_id = k.id) AS n
                 FROM conversations k WHERE user_id = $1 ORDER BY n DESC LIMIT 1)
         FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
         WHERE c.user_id = $1",
        &[&user_id],
    )?;
    Ok((row.get(0), row.get(1), row.get(2)))
}

harness::graded!(children_per_parent, busiest, average_length, usage);
