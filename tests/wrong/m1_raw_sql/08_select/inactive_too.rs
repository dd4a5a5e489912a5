//! caught by: to_remind: active and not verified, in the order of ids
//!
//! Whoever left gets a mail too.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/08_select.rs"]
mod solution;
use solution::{Contact, birth_years, older_than, user_by_email};

pub fn to_remind(client: &mut Client) -> Result<Vec<Contact>, Error> {
    let rows = client
        .query("SELECT id, full_name, email FROM users WHERE NOT is_verified ORDER BY id", &[])?;
    let contact = |row: &postgres::Row| Contact {
        id: row.get("id"),
        full_name: row.get("full_name"),
        email: row.get("email"),
    };
    Ok(rows.iter().map(contact).collect())
}

harness::graded!(to_remind, older_than, birth_years, user_by_email);
