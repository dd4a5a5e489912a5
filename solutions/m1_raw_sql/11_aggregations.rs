//! # Exercise 11: aggregations
//!
//! Four questions whose answers are counts, sums and averages.
//!
//! `children_per_parent`: id, name and number of children of **every** user, also of those who have
//! none. Those with most children first, and of those with as many by id.
//!
//! `busiest`: the conversations with at least so many messages; id, title, number of messages, and
//! how many of these are questions (of the role `user`). The one with most messages first, and of
//! those with as many by id. Some conversations have no title, some share theirs, and some have no
//! message yet: these belong to the answer if `at_least` is 0.
//!
//! `average_length`: for each role that has messages, how many characters its messages have on
//! average; in the order of the roles' names.
//!
//! `usage`: of the conversations of one user (`user_id`), how many there are, how many messages they
//! have in all, and how many the longest has. With no conversation that is 0, 0 and `None`.
//!
//! Check your answer with `cargo run -- check 11`.

use postgres::{Client, Error};

/// A conversation and how much was said in it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Busy {
    pub id: i32,
    pub title: Option<String>,
    pub messages: i64,
    pub questions: i64,
}

/// How much a user talks.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Usage {
    pub conversations: i64,
    pub messages: i64,
    pub longest: Option<i64>,
}

/// Every user with the number of their children, most children first.
pub fn children_per_parent(client: &mut Client) -> Result<Vec<(i32, String, i64)>, Error> {
    // todo: select id, full_name and number of children of every user
    // count(*) would count the row that LEFT JOIN makes for somebody without children.
    let rows = client.query(
        "SELECT u.id, u.full_name, count(c.id) AS children
         FROM users u LEFT JOIN children c ON c.parent_id = u.id
         GROUP BY u.id
         ORDER BY children DESC, u.id",
        &[],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
    // end
}

/// The conversations with at least so many messages, most messages first.
pub fn busiest(client: &mut Client, at_least: i64) -> Result<Vec<Busy>, Error> {
    // todo: select the conversations with at least so many messages, with both counts
    // Grouped by the key: two conversations may have one title.
    let rows = client.query(
        "SELECT c.id, c.title, count(m.id) AS messages,
                count(m.id) FILTER (WHERE m.role = 'user') AS questions
         FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
         GROUP BY c.id
         HAVING count(m.id) >= $1
         ORDER BY messages DESC, c.id",
        &[&at_least],
    )?;
    let busy = |row: &postgres::Row| Busy {
        id: row.get("id"),
        title: row.get("title"),
        messages: row.get("messages"),
        questions: row.get("questions"),
    };
    Ok(rows.iter().map(busy).collect())
    // end
}

/// How long messages are on average, by role.
pub fn average_length(client: &mut Client) -> Result<Vec<(String, f64)>, Error> {
    // todo: select each role and the average number of characters of its messages
    // avg of integers is a numeric, which is no f64.
    let rows = client.query(
        "SELECT role, avg(length(content))::float8 AS average
         FROM messages GROUP BY role ORDER BY role",
        &[],
    )?;
    Ok(rows.iter().map(|row| (row.get("role"), row.get("average"))).collect())
    // end
}

/// How many conversations a user has, how many messages these have, and the longest one.
pub fn usage(client: &mut Client, user_id: i32) -> Result<Usage, Error> {
    // todo: count this user's conversations and their messages, and find the most in one of them
    // The inner query counts for each conversation. Its counts are bigint, so their sum is numeric;
    // and over no conversation at all it is NULL.
    let row = client.query_one(
        "SELECT count(*) AS conversations,
                coalesce(sum(messages), 0)::bigint AS messages,
                max(messages) AS longest
         FROM (SELECT count(m.id) AS messages
               FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
               WHERE c.user_id = $1
               GROUP BY c.id) AS counts",
        &[&user_id],
    )?;
    Ok(Usage {
        conversations: row.get("conversations"),
        messages: row.get("messages"),
        longest: row.get("longest"),
    })
    // end
}

harness::graded!(children_per_parent, busiest, average_length, usage);
