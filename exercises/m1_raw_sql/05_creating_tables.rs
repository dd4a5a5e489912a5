//! # Exercise 5: the tables of Lundo
//!
//! Write `create_tables`, which creates two tables in a database that is empty. In SQL: one call of
//! `batch_execute` is enough.
//!
//! `users`:
//!
//! | column | type | |
//! |---|---|---|
//! | `id` | integer | the primary key, numbered by the server |
//! | `email` | text | required; no two users have the same |
//! | `full_name` | text | required |
//! | `hashed_password` | text | optional |
//! | `is_active` | boolean | required; true for whoever does not say |
//! | `created_at` | timestamptz | required; for whoever does not say, the time of the INSERT |
//!
//! `children`:
//!
//! | column | type | |
//! |---|---|---|
//! | `id` | integer | the primary key, numbered by the server |
//! | `parent_id` | integer | required; the `id` of a user. When the user is deleted, so is the child |
//! | `name` | text | required, and not the empty text `''` |
//! | `date_of_birth` | date | required |
//! | `gender` | text | optional; `'girl'`, `'boy'` or `'other'`, and nothing else |
//! | `notes` | text | optional |
//!
//! One parent has no two children with the same name and the same date of birth. Everything else may
//! be: twins, two Annas of different years in one family, an Anna in each of two families.
//!
//! What you call the constraints, and where you write them, is up to you. For `gender`, an enum type
//! will do too.
//!
//! If one of the tables is there already, the error of the server (42P07) comes back to the caller,
//! and what is there stays as it is.
//!
//! Check your answer with `cargo run -- check 5`.

use postgres::{Client, Error};

/// Creates the tables `users` and `children`.
pub fn create_tables(client: &mut Client) -> Result<(), Error> {
    todo!("CREATE TABLE users, then CREATE TABLE children, as the tables above say")
}

harness::graded!(create_tables);
