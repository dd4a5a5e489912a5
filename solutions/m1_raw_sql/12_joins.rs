//! # Exercise 12: joins
//!
//! Four questions to Lundo, each of them **one query**: the server does the joining.
//!
//! Two things lead from a conversation to a user. `conversations.child_id` says which child it is
//! about, and that child has a parent (`children.parent_id`). `conversations.user_id` says who began
//! it. Mostly that is the same person. It need not be: a grandfather may ask about a child, too.
//!
//! `conversations_of` returns the conversations **about the children** of one parent, whoever began
//! them: the latest `updated_at` first, and where that is equal the greater id first. A
//! conversation may be without a title. A parent without conversations gets an empty list.
//!
//! `without_conversations` returns the users who have **begun** no conversation, by id.
//!
//! `lineage` returns every message with all that it hangs on, by the message's id: the title of its
//! conversation, the name of the child that is about, and the full name of that child's parent.
//!
//! `activity` returns every user, by id, with two numbers: how many children they are the parent of,
//! and how many characters (`length(content)`) they have written. Written by a user are the
//! messages with the role `user` in the conversations that they have begun. Whoever has no
//! children, or has written nothing, has a 0 there.
//!
//! Check your answer with `cargo run -- check 12`.

use postgres::{Client, Error};

/// A conversation about a child.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Conversation {
    pub id: i32,
    pub child: String,
    pub title: Option<String>,
}

/// Somebody who uses Lundo.
#[derive(Debug, Clone, serde::Serialize)]
pub struct User {
    pub id: i32,
    pub full_name: String,
}

/// A message and what it hangs on.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Line {
    pub message_id: i32,
    pub title: Option<String>,
    pub child: String,
    pub parent: String,
}

/// A user in numbers.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Activity {
    pub user_id: i32,
    pub children: i64,
    pub characters: i64,
}

/// The conversations about the children of this parent, the latest first.
pub fn conversations_of(client: &mut Client, parent_id: i32) -> Result<Vec<Conversation>, Error> {
    // todo: join conversations with children, and keep those of this parent
    // user_id would be the wrong way to the parent: it says who began the conversation.
    let rows = client.query(
        "SELECT c.id, k.name AS child, c.title
         FROM conversations c JOIN children k ON k.id = c.child_id
         WHERE k.parent_id = $1
         ORDER BY c.updated_at DESC, c.id DESC",
        &[&parent_id],
    )?;
    let conversation = |row: &postgres::Row| Conversation {
        id: row.get("id"),
        child: row.get("child"),
        title: row.get("title"),
    };
    Ok(rows.iter().map(conversation).collect())
    // end
}

/// The users who have begun no conversation, by id.
pub fn without_conversations(client: &mut Client) -> Result<Vec<User>, Error> {
    // todo: keep the users that find no conversation
    // c.id is NULL only where there is no partner; a title may be NULL in a partner too.
    let rows = client.query(
        "SELECT u.id, u.full_name
         FROM users u LEFT JOIN conversations c ON c.user_id = u.id
         WHERE c.id IS NULL
         ORDER BY u.id",
        &[],
    )?;
    let user = |row: &postgres::Row| User { id: row.get("id"), full_name: row.get("full_name") };
    Ok(rows.iter().map(user).collect())
    // end
}

/// Every message with its conversation, the child and the child's parent, by the message's id.
pub fn lineage(client: &mut Client) -> Result<Vec<Line>, Error> {
    // todo: walk from messages to conversations, to children, to users
    // Each foreign key on the way is NOT NULL, so every step finds exactly one partner.
    let rows = client.query(
        "SELECT m.id AS message_id, c.title, k.name AS child, u.full_name AS parent
         FROM messages m
         JOIN conversations c ON c.id = m.conversation_id
         JOIN children k      ON k.id = c.child_id
         JOIN users u         ON u.id = k.parent_id
         ORDER BY m.id",
        &[],
    )?;
    let line = |row: &postgres::Row| Line {
        message_id: row.get("message_id"),
        title: row.get("title"),
        child: row.get("child"),
        parent: row.get("parent"),
    };
    Ok(rows.iter().map(line).collect())
    // end
}

/// Every user with the number of their children and of the characters they wrote, by id.
pub fn activity(client: &mut Client) -> Result<Vec<Activity>, Error> {
    // todo: count the children and add up the characters, without one multiplying the other
    // A user has many children and many messages. Joined as they are, each child would find each
    // message; so both are one row a user before they meet. sum() of integers is a bigint.
    let rows = client.query(
        "SELECT u.id AS user_id,
                coalesce(k.children, 0) AS children,
                coalesce(w.characters, 0) AS characters
         FROM users u
         LEFT JOIN (SELECT parent_id, count(*) AS children
                    FROM children
                    GROUP BY parent_id) k ON k.parent_id = u.id
         LEFT JOIN (SELECT c.user_id, sum(length(m.content)) AS characters
                    FROM conversations c JOIN messages m ON m.conversation_id = c.id
                    WHERE m.role = 'user'
                    GROUP BY c.user_id) w ON w.user_id = u.id
         ORDER BY u.id",
        &[],
    )?;
    let activity = |row: &postgres::Row| Activity {
        user_id: row.get("user_id"),
        children: row.get("children"),
        characters: row.get("characters"),
    };
    Ok(rows.iter().map(activity).collect())
    // end
}

harness::graded!(conversations_of, without_conversations, lineage, activity);
