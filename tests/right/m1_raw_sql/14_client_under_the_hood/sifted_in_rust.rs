//! The names are sifted in Rust; the loop runs a prepared statement in a transaction.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/14_client_under_the_hood.rs"]
mod solution;
use solution::Found;

pub fn search(client: &mut Client, parent_id: i32, text: String) -> Result<Vec<Found>, Error> {
    let statement = client.prepare("SELECT * FROM children WHERE parent_id = $1")?;
    let rows = client.query(&statement, &[&parent_id])?;
    let found = rows.iter().map(|row| Found { id: row.get("id"), name: row.get("name") });
    let mut found: Vec<Found> = found.filter(|child| child.name.contains(&text)).collect();
    found.sort_by_key(|child| child.id);
    Ok(found)
}

pub fn ids(client: &mut Client, emails: &[String]) -> Result<Vec<Option<i32>>, Error> {
    let mut tx = client.transaction()?;
    let by_email = tx.prepare("SELECT max(id) FROM users WHERE email = $1")?;
    let mut ids = Vec::with_capacity(emails.len());
    for email in emails {
        ids.push(tx.query_one(&by_email, &[email])?.get(0));
    }
    tx.commit()?;
    Ok(ids)
}

harness::graded!(search, ids);
