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
    todo!("join conversations with children, and keep those of this parent")
}

/// The users who have begun no conversation, by id.
pub fn without_conversations(client: &mut Client) -> Result<Vec<User>, Error> {
    todo!("keep the users that find no conversation")
}

/// Every message with its conversation, the child and the child's parent, by the message's id.
pub fn lineage(client: &mut Client) -> Result<Vec<Line>, Error> {
    todo!("walk from messages to conversations, to children, to users")
}

/// Every user with the number of their children and of the characters they wrote, by id.
pub fn activity(client: &mut Client) -> Result<Vec<Activity>, Error> {
    todo!("count the children and add up the characters, without one multiplying the other")
}

harness::graded!(conversations_of, without_conversations, lineage, activity);
