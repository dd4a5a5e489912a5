//! caught by: values travel beside the SQL, not inside it
//!
//! The email is pasted into the SQL.

use postgres::{Client, Error};

pub fn names_of(client: &mut Client, email: &str) -> Result<Vec<String>, Error> {
    let sql = format!(
        "SELECT c.name FROM children c JOIN users u ON u.id = c.parent_id
         WHERE u.email = '{}' ORDER BY c.date_of_birth, c.id",
        email.replace('\'', "''")
    );
    Ok(client.query(&sql, &[])?.iter().map(|row| row.get(0)).collect())
}

harness::graded!(names_of);
