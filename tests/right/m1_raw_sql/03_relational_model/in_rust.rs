//! Rows are read, told apart in Rust and written one by one, in a transaction.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use postgres::{Client, Error};

type Child = (Option<String>, Option<NaiveDate>, Option<String>);

pub fn take_apart(client: &mut Client) -> Result<(), Error> {
    let mut transaction = client.transaction()?;
    transaction.execute(
        "CREATE TABLE users (id SERIAL PRIMARY KEY, email VARCHAR(300) UNIQUE NOT NULL,
                             full_name VARCHAR(300))",
        &[],
    )?;
    transaction.execute(
        "CREATE TABLE children (id SERIAL PRIMARY KEY,
                                parent_id INT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                                name VARCHAR(300) NOT NULL, date_of_birth DATE, notes TEXT)",
        &[],
    )?;
    let mut users: HashMap<String, i32> = HashMap::new();
    let mut seen: HashSet<(i32, Child)> = HashSet::new();
    for row in transaction.query("SELECT * FROM sheet", &[])? {
        let email: String = row.get("parent_email");
        let id = match users.get(&email) {
            Some(id) => *id,
            None => {
                let insert = "INSERT INTO users (email, full_name) VALUES ($1, $2) RETURNING id";
                let name: Option<String> = row.get("parent_name");
                transaction.query_one(insert, &[&email, &name])?.get(0)
            }
        };
        users.insert(email, id);
        let child: Child = (row.get("child_name"), row.get("date_of_birth"), row.get("notes"));
        if child.0.is_some() && seen.insert((id, child.clone())) {
            transaction.execute(
                "INSERT INTO children (parent_id, name, date_of_birth, notes)
                 VALUES ($1, $2, $3, $4)",
                &[&id, &child.0, &child.1, &child.2],
            )?;
        }
    }
    transaction.commit()
}

harness::graded!(take_apart);
