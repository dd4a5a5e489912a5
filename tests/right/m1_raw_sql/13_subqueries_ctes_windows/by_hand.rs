//! DISTINCT ON, a rank that is counted, NOT IN that knows of NULL, and a thread put together in Rust.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/13_subqueries_ctes_windows.rs"]
mod solution;
use solution::{Comment, Last, Place};

pub fn last_messages(client: &mut Client) -> Result<Vec<Last>, Error> {
    let rows = client.query(
        "SELECT DISTINCT ON (c.id) c.id, m.id, m.content
         FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
         ORDER BY c.id, m.created_at DESC, m.id DESC",
        &[],
    )?;
    let last = |row: &postgres::Row| Last {
        conversation_id: row.get(0),
        message_id: row.get(1),
        content: row.get(2),
    };
    Ok(rows.iter().map(last).collect())
}

pub fn places(client: &mut Client) -> Result<Vec<Place>, Error> {
    let rows = client.query(
        "WITH n AS (
             SELECT c.*, (SELECT count(*) FROM messages m WHERE m.conversation_id = c.id) AS messages
             FROM conversations c
         )
         SELECT child_id, id, messages,
                (SELECT count(*) + 1 FROM n AS more
                 WHERE more.child_id = n.child_id AND more.messages > n.messages) AS place
         FROM n ORDER BY child_id, messages DESC, id",
        &[],
    )?;
    let place = |row: &postgres::Row| Place {
        child_id: row.get("child_id"),
        conversation_id: row.get("id"),
        messages: row.get("messages"),
        place: row.get("place"),
    };
    Ok(rows.iter().map(place).collect())
}

pub fn silent(client: &mut Client) -> Result<Vec<String>, Error> {
    let rows = client.query(
        "SELECT username FROM users WHERE id NOT IN (
             SELECT author_id FROM comments WHERE author_id IS NOT NULL) ORDER BY id",
        &[],
    )?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// When and which.
type Key = (DateTime<Utc>, i32);

pub fn thread(client: &mut Client, post_id: i32) -> Result<Vec<Comment>, Error> {
    let rows = client.query(
        "SELECT created_at, id, reply_to, body FROM comments WHERE post_id = $1",
        &[&post_id],
    )?;
    let mut replies: BTreeMap<Option<i32>, BTreeMap<Key, String>> = BTreeMap::new();
    for row in &rows {
        let beside = replies.entry(row.get("reply_to")).or_default();
        beside.insert((row.get("created_at"), row.get("id")), row.get("body"));
    }
    let mut thread = Vec::new();
    let mut waiting: Vec<(Option<i32>, i32)> = vec![(None, 0)];
    let mut bodies = BTreeMap::new();
    while let Some((above, depth)) = waiting.pop() {
        if let Some(id) = above {
            let body = bodies.remove(&id).unwrap_or_default();
            thread.push(Comment { id, depth: depth - 1, body });
        }
        for ((_, id), body) in replies.remove(&above).unwrap_or_default().into_iter().rev() {
            bodies.insert(id, body);
            waiting.push((Some(id), depth + 1));
        }
    }
    Ok(thread)
}

harness::graded!(last_messages, places, silent, thread);
