//! The server makes the list.

use postgres::{Client, Error};

pub fn names_of(client: &mut Client, email: &str) -> Result<Vec<String>, Error> {
    let row = client.query_one(
        "SELECT array(SELECT name FROM children
                      WHERE parent_id = (SELECT id FROM users WHERE email = $1)
                      ORDER BY date_of_birth, id)",
        &[&email],
    )?;
    Ok(row.get(0))
}

harness::graded!(names_of);
