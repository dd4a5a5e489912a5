//! caught by: types, keys and the reference are as asked for
//!
//! CREATE TABLE … AS copies rows and types, and no rule at all.

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
         CREATE TABLE children AS
         SELECT row_number() OVER ()::integer AS id, kid.* FROM (
         SELECT DISTINCT users.id AS parent_id, sheet.child_name AS name, sheet.date_of_birth, sheet.notes
         FROM sheet JOIN users ON users.email = sheet.parent_email
         WHERE sheet.child_name IS NOT NULL) AS kid;",
    )
}

harness::graded!(take_apart);
