//! # Exercise 3: take a sheet apart
//!
//! A database has one table, and rows in it:
//!
//! ```sql
//! CREATE TABLE sheet (
//!     parent_name   text,
//!     parent_email  text NOT NULL,
//!     child_name    text,
//!     date_of_birth date,
//!     notes         text
//! )
//! ```
//!
//! Write `take_apart`, which creates two tables beside it and fills them from the sheet. The sheet
//! itself stays as it is.
//!
//! `users`:
//!
//! | column | type | |
//! |---|---|---|
//! | `id` | integer | the primary key, numbered by the server |
//! | `email` | text | required; no two users have the same |
//! | `full_name` | text | optional |
//!
//! `children`:
//!
//! | column | type | |
//! |---|---|---|
//! | `id` | integer | the primary key, numbered by the server |
//! | `parent_id` | integer | required; refers to the `id` of a user |
//! | `name` | text | required |
//! | `date_of_birth` | date | optional |
//! | `notes` | text | optional |
//!
//! What is what in the sheet:
//!
//! - A parent is known by the email, letter by letter: `Ann@example.com` and `ann@example.com` are two
//!   parents. Two parents may have the same name. Rows with the same email have the same name in them,
//!   or none of them has one.
//! - A row without a child's name is about a parent who has no children yet.
//! - All other rows are about a child. Rows that agree in every column are one child, entered twice.
//!   Rows that differ in anything are different children.
//! - What is NULL in the sheet stays NULL.
//!
//! Check your answer with `cargo run -- check 3`.

use postgres::{Client, Error};

/// Creates `users` and `children` and fills them from `sheet`.
pub fn take_apart(client: &mut Client) -> Result<(), Error> {
    // todo: create users and children, and fill them from the sheet
    // Each parent once, however many rows speak of them. The join goes by the email alone: names are
    // shared by strangers, and one that is NULL is equal to nothing.
    client.batch_execute(
        "CREATE TABLE users (
             id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
             email     text NOT NULL UNIQUE,
             full_name text
         );
         INSERT INTO users (email, full_name)
         SELECT DISTINCT parent_email, parent_name FROM sheet;

         CREATE TABLE children (
             id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
             parent_id     integer NOT NULL REFERENCES users,
             name          text NOT NULL,
             date_of_birth date,
             notes         text
         );
         INSERT INTO children (parent_id, name, date_of_birth, notes)
         SELECT DISTINCT users.id, sheet.child_name, sheet.date_of_birth, sheet.notes
         FROM sheet JOIN users ON users.email = sheet.parent_email
         WHERE sheet.child_name IS NOT NULL;",
    )
    // end
}

harness::graded!(take_apart);
