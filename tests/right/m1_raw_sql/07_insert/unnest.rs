//! Arrays, of which the server makes rows; `query_opt`, and positions for names.

use chrono::NaiveDate;
use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;
use solution::NewChild;

pub fn add_user(client: &mut Client, email: String, full_name: String) -> Result<i32, Error> {
    let sql = "INSERT INTO public.users (full_name, email) VALUES ($2, $1) RETURNING users.id AS a";
    let statement = client.prepare(sql)?;
    Ok(client.query(&statement, &[&email, &full_name])?[0].get(0))
}

pub fn add_children(client: &mut Client, parent: i32, all: Vec<NewChild>) -> Result<u64, Error> {
    let names: Vec<&str> = all.iter().map(|child| child.name.as_str()).collect();
    let dates: Vec<NaiveDate> = all.iter().map(|child| child.date_of_birth).collect();
    let notes: Vec<Option<&str>> = all.iter().map(|child| child.notes.as_deref()).collect();
    client.execute(
        "INSERT INTO children (parent_id, name, date_of_birth, notes)
         SELECT $1, * FROM unnest($2::text[], $3::date[], $4::text[])",
        &[&parent, &names, &dates, &notes],
    )
}

harness::graded!(add_user, add_children);
