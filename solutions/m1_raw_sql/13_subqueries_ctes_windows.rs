//! # Exercise 13: queries inside queries, and windows
//!
//! Four questions, each of them **one query**. The first two are asked of Lundo, the others of the
//! blog.
//!
//! `last_messages` returns every conversation, by id, with its last message: the one with the latest
//! `created_at`, and of those that are equal in that, the one with the greatest id. A conversation
//! without messages is there too, with `None`.
//!
//! `places` ranks the conversations about each child by their number of messages. The one with the
//! most has place 1; equals have the same place, and as many places are left out after them
//! (1, 2, 2, 4). A conversation without messages has 0 and takes part. The order is by child, then by
//! place, then by conversation.
//!
//! `silent` returns the usernames of those who have never written a comment, by the id of the user.
//! A comment of somebody who has left the blog has no author any more: its `author_id` is NULL.
//!
//! `thread` returns all comments under a post. Depth 0 is a comment on the post itself; a reply is
//! one deeper than what it replies to. Right below a comment stand the replies to it, each followed by
//! the replies to that, and so on. Comments beside each other come in the order of `created_at`, and
//! where that is equal, of their ids. A post without comments has an empty thread.
//!
//! Check your answer with `cargo run -- check 13`.

use postgres::{Client, Error};

/// A conversation and how it ended, if it began.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Last {
    pub conversation_id: i32,
    pub message_id: Option<i32>,
    pub content: Option<String>,
}

/// A conversation among those about the same child.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Place {
    pub child_id: i32,
    pub conversation_id: i32,
    pub messages: i64,
    pub place: i64,
}

/// A comment in its thread.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Comment {
    pub id: i32,
    pub depth: i32,
    pub body: String,
}

/// Every conversation with its last message, by the conversation's id.
pub fn last_messages(client: &mut Client) -> Result<Vec<Last>, Error> {
    // todo: return every conversation with its last message
    // max(id) would be another message where somebody has written late; max(created_at) would be
    // several. LEFT JOIN keeps a conversation for which the query finds nothing.
    let rows = client.query(
        "SELECT c.id AS conversation_id, last.id AS message_id, last.content
         FROM conversations c
         LEFT JOIN LATERAL (SELECT m.id, m.content
                            FROM messages m
                            WHERE m.conversation_id = c.id
                            ORDER BY m.created_at DESC, m.id DESC
                            LIMIT 1) last ON true
         ORDER BY c.id",
        &[],
    )?;
    let last = |row: &postgres::Row| Last {
        conversation_id: row.get("conversation_id"),
        message_id: row.get("message_id"),
        content: row.get("content"),
    };
    Ok(rows.iter().map(last).collect())
    // end
}

/// The conversations about each child and their places by number of messages.
pub fn places(client: &mut Client) -> Result<Vec<Place>, Error> {
    // todo: count the messages of each conversation, and rank it among those of its child
    // count(m.id), since count(*) would make 1 of a conversation without messages.
    let rows = client.query(
        "WITH counted AS (
             SELECT c.child_id, c.id AS conversation_id, count(m.id) AS messages
             FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id
             GROUP BY c.id
         )
         SELECT child_id, conversation_id, messages,
                rank() OVER (PARTITION BY child_id ORDER BY messages DESC) AS place
         FROM counted
         ORDER BY child_id, place, conversation_id",
        &[],
    )?;
    let place = |row: &postgres::Row| Place {
        child_id: row.get("child_id"),
        conversation_id: row.get("conversation_id"),
        messages: row.get("messages"),
        place: row.get("place"),
    };
    Ok(rows.iter().map(place).collect())
    // end
}

/// The usernames of those who have never commented, by the user's id.
pub fn silent(client: &mut Client) -> Result<Vec<String>, Error> {
    // todo: return the users for whom there is no comment
    // NOT IN would find nobody as soon as one comment has no author.
    let rows = client.query(
        "SELECT u.username
         FROM users u
         WHERE NOT EXISTS (SELECT FROM comments c WHERE c.author_id = u.id)
         ORDER BY u.id",
        &[],
    )?;
    Ok(rows.iter().map(|row| row.get("username")).collect())
    // end
}

/// The comments under a post with their depth, each right above the replies to it.
pub fn thread(client: &mut Client, post_id: i32) -> Result<Vec<Comment>, Error> {
    // todo: begin with the comments on the post, and go on to the replies, round by round
    // SEARCH keeps the way down to each comment, as (created_at, id) of each on the way. Sorted by
    // that, a comment stands before its replies and these before whatever comes after it.
    let rows = client.query(
        "WITH RECURSIVE thread AS (
             SELECT c.id, 0 AS depth, c.body, c.created_at
             FROM comments c
             WHERE c.post_id = $1 AND c.reply_to IS NULL
           UNION ALL
             SELECT c.id, t.depth + 1, c.body, c.created_at
             FROM thread t JOIN comments c ON c.reply_to = t.id
         ) SEARCH DEPTH FIRST BY created_at, id SET way
         SELECT id, depth, body FROM thread ORDER BY way",
        &[&post_id],
    )?;
    let comment = |row: &postgres::Row| Comment {
        id: row.get("id"),
        depth: row.get("depth"),
        body: row.get("body"),
    };
    Ok(rows.iter().map(comment).collect())
    // end
}

harness::graded!(last_messages, places, silent, thread);
