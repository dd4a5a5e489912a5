//! caught by: users and children are there, with the columns that are asked for
//!
//! The email goes into each child too: the fact that was to be there once.

use postgres::{Client, Error};

pub fn take_apart(client: &mut Client) -> Result<(), Error> {
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
             notes         text,
             parent_email  text
         );
         INSERT INTO children (parent_id, name, date_of_birth, notes, parent_email)
         SELECT DISTINCT users.id, sheet.child_name, sheet.date_of_birth, sheet.notes, users.email
         FROM sheet JOIN users ON users.email = sheet.parent_email
         WHERE sheet.child_name IS NOT NULL;",
    )
}

harness::graded!(take_apart);
