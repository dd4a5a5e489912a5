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
    todo!("return every conversation with its last message")
}

/// The conversations about each child and their places by number of messages.
pub fn places(client: &mut Client) -> Result<Vec<Place>, Error> {
    todo!("count the messages of each conversation, and rank it among those of its child")
}

/// The usernames of those who have never commented, by the user's id.
pub fn silent(client: &mut Client) -> Result<Vec<String>, Error> {
    todo!("return the users for whom there is no comment")
}

/// The comments under a post with their depth, each right above the replies to it.
pub fn thread(client: &mut Client, post_id: i32) -> Result<Vec<Comment>, Error> {
    todo!("begin with the comments on the post, and go on to the replies, round by round")
}

harness::graded!(last_messages, places, silent, thread);
