//! # Exercise 14: what the client really sends
//!
//! Both functions are judged by what they return and by what they send.
//!
//! `search` finds the children of one parent whose name has a text in it: anywhere in the name, and
//! exactly as it was typed. Upper and lower case are different letters; `%`, `_`, `\` and `'` are
//! letters like any other. An empty text is in every name. It returns id and name, in the order of
//! the ids. Whatever is typed, the SQL stays the same: `strpos(name, $2) > 0` says whether one text
//! is in another.
//!
//! `ids` gets a list of emails and returns for each of them the id of the user with that email, in
//! the order of the list, `None` where there is nobody. An email may come twice. The list may be
//! long, and the server **parses once**.
//!
//! Check your answer with `cargo run -- check 14`.

use postgres::{Client, Error};

/// A child that was found.
#[derive(Debug, serde::Serialize)]
pub struct Found {
    pub id: i32,
    pub name: String,
}

/// The children of this parent with this text in their names.
pub fn search(client: &mut Client, parent_id: i32, text: &str) -> Result<Vec<Found>, Error> {
    // todo: select the children; the text travels as a value
    // LIKE would take % and _ for something else; strpos knows letters only.
    let rows = client.query(
        "SELECT id, name FROM children WHERE parent_id = $1 AND strpos(name, $2) > 0 ORDER BY id",
        &[&parent_id, &text],
    )?;
    Ok(rows.iter().map(|row| Found { id: row.get("id"), name: row.get("name") }).collect())
    // end
}

/// The ids of the users with these emails.
pub fn ids(client: &mut Client, emails: &[String]) -> Result<Vec<Option<i32>>, Error> {
    // todo: prepare once, and run it for each email
    let statement = client.prepare("SELECT id FROM users WHERE email = $1")?;
    let mut ids = Vec::new();
    for email in emails {
        // Nobody with that email is an answer here and no error, so `query_opt`.
        let row = client.query_opt(&statement, &[email])?;
        ids.push(row.map(|row| row.get("id")));
    }
    Ok(ids)
    // end
}

harness::graded!(search, ids);
