//! All emails in one array, which the server makes rows of; LIKE with its wildcards escaped.

use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/14_client_under_the_hood.rs"]
mod solution;
use solution::Found;

pub fn search(client: &mut Client, parent_id: i32, text: &str) -> Result<Vec<Found>, Error> {
    let text = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let pattern = format!("%{text}%");
    let sql = "select * from children where parent_id = $1 and name like $2 order by id";
    let rows = client.query(sql, &[&parent_id, &pattern])?;
    Ok(rows.iter().map(|row| Found { id: row.get("id"), name: row.get("name") }).collect())
}

pub fn ids(client: &mut Client, emails: Vec<String>) -> Result<Vec<Option<i32>>, Error> {
    let rows = client.query(
        "SELECT u.id FROM unnest($1::text[]) WITH ORDINALITY AS e (email, n)
         LEFT JOIN users u USING (email) ORDER BY n",
        &[&emails],
    )?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

harness::graded!(search, ids);
