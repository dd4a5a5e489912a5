//! # Exercise 9: UPDATE and DELETE
//!
//! `rename_user` gives one user another name, sets `updated_at` to now, and returns whether there is
//! such a user. Nobody is `false`, and not an error. A user who had that name before is there all
//! the same: `true`.
//!
//! `delete_user` removes one user, and returns how many children, conversations and messages went
//! with them, each counted once. Nobody is `None`. What goes with a user are
//!
//! - their children;
//! - the conversations that they held, and those that anybody held about their children;
//! - the messages of these conversations.
//!
//! It is all or nothing: if the server refuses to delete the user, its error comes back to the
//! caller, and everything is as it was.
//!
//! Check your answer with `cargo run -- check 9`.

use postgres::{Client, Error};

/// How much went with a user.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Gone {
    pub children: u64,
    pub conversations: u64,
    pub messages: u64,
}

/// Gives a user another name. Returns whether there is such a user.
pub fn rename_user(client: &mut Client, user_id: i32, full_name: &str) -> Result<bool, Error> {
    todo!("set the name and updated_at of this user, and return whether a row was changed")
}

/// Deletes a user. Returns what went with them, or `None` if there is no such user.
pub fn delete_user(client: &mut Client, user_id: i32) -> Result<Option<Gone>, Error> {
    todo!("delete the user in a transaction, and count the children, conversations and messages")
}

harness::graded!(rename_user, delete_user);
