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
    todo!("select id, full_name and number of children of every user")
}

/// The conversations with at least so many messages, most messages first.
pub fn busiest(client: &mut Client, at_least: i64) -> Result<Vec<Busy>, Error> {
    todo!("select the conversations with at least so many messages, with both counts")
}

/// How long messages are on average, by role.
pub fn average_length(client: &mut Client) -> Result<Vec<(String, f64)>, Error> {
    todo!("select each role and the average number of characters of its messages")
}

/// How many conversations a user has, how many messages these have, and the longest one.
pub fn usage(client: &mut Client, user_id: i32) -> Result<Usage, Error> {
    todo!("count this user's conversations and their messages, and find the most in one of them")
}

harness::graded!(children_per_parent, busiest, average_length, usage);
