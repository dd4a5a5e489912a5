//! caught by: name and date of birth are unique within a family, and only there
//!
//! Without the parent in it, the rule holds across families.

use postgres::{Client, Error};

pub fn create_tables(client: &mut Client) -> Result<(), Error> {
    client.batch_execute(
        "CREATE TABLE users (
             id              integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
             email           text        NOT NULL UNIQUE,
             full_name       text        NOT NULL,
             hashed_password text,
             is_active       boolean     NOT NULL DEFAULT true,
             created_at      timestamptz NOT NULL DEFAULT now()
         );
         CREATE TABLE children (
             id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
             parent_id     integer NOT NULL REFERENCES users ON DELETE CASCADE,
             name          text    NOT NULL CHECK (name <> ''),
             date_of_birth date    NOT NULL,
             gender        text    CHECK (gender IN ('girl', 'boy', 'other')),
             notes         text,
             UNIQUE (name, date_of_birth)
         );",
    )
}

harness::graded!(create_tables);
