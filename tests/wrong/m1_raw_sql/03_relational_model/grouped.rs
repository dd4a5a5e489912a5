//! caught by: a child that was entered twice is stored once, and no other is left out
//!
//! Duplicates go by name and date: who differs in the notes alone is lost.

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
             notes         text
         );
         INSERT INTO children (parent_id, name, date_of_birth, notes)
         SELECT users.id, sheet.child_name, sheet.date_of_birth, min(sheet.notes)
         FROM sheet JOIN users ON users.email = sheet.parent_email
         WHERE sheet.child_name IS NOT NULL
         GROUP BY users.id, sheet.child_name, sheet.date_of_birth;",
    )
}

harness::graded!(take_apart);
