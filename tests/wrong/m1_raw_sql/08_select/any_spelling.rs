//! caught by: user_by_email: the one user, or None
//!
//! ILIKE finds other people: the task says exactly this email, and % is not one.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/08_select.rs"]
mod solution;
use solution::{User, birth_years, older_than, to_remind};

pub fn user_by_email(client: &mut Client, email: &str) -> Result<Option<User>, Error> {
    let sql = "SELECT id, full_name, firebase_uid FROM users WHERE email ILIKE $1 LIMIT 1";
    let row = client.query_opt(sql, &[&email])?;
    Ok(row.map(|row| User { id: row.get(0), full_name: row.get(1), firebase_uid: row.get(2) }))
}

harness::graded!(to_remind, older_than, birth_years, user_by_email);
