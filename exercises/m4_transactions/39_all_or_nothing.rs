//! # Exercise 39: register a family, all of it or none
//!
//! `register_family` stores a parent in `users`, the children in `children`, and a first
//! conversation in `conversations`. The conversation is the parent's (`user_id`), it is about the
//! **first child of the list** (`child_id`), and it has the `thread_id` and the title that are given.
//! A family without children is a parent alone, without a conversation.
//!
//! It returns the parent's id. All other columns have defaults or may be NULL.
//!
//! Either all of this is stored, or none of it: nobody ever sees half a family, not even for a
//! moment. The database may refuse any row, and it may refuse at the very end. Then the error that
//! it gave comes back to the caller as it is, and the pool is as good as before.
//!
//! Check your answer with `cargo run -- check 39`.

use chrono::NaiveDate;
use sqlx::PgPool;

/// A family that signs up.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Family {
    pub email: String,
    pub full_name: String,
    pub children: Vec<NewChild>,
    pub thread_id: String,
    pub title: Option<String>,
}

/// A child that is not stored yet.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct NewChild {
    pub name: String,
    pub date_of_birth: NaiveDate,
}

/// Stores a family and returns the parent's id.
pub async fn register_family(pool: &PgPool, family: Family) -> Result<i32, sqlx::Error> {
    todo!("store the parent, the children and the first conversation, all of it or none")
}

harness::graded!(register_family);
