//! First who it is, then the children.

use postgres::{Client, Error};

pub fn names_of(client: &mut Client, email: String) -> Result<Vec<String>, Error> {
    let user = client.query_opt("SELECT id FROM users WHERE email = $1", &[&email])?;
    let Some(user) = user else { return Ok(Vec::new()) };
    let rows = client.query(
        "SELECT name FROM children WHERE parent_id = $1 ORDER BY date_of_birth, id",
        &[&user.get::<_, i32>(0)],
    )?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

harness::graded!(names_of);
