//! A subquery that gives the alias to WHERE, GROUP BY for DISTINCT, date_part, tuples, `try_get`.

use chrono::NaiveDate;
use postgres::{Client, Error};

type Contact = (i32, String, String);

pub fn to_remind(client: &mut Client) -> Result<Vec<Contact>, Error> {
    let rows = client.query(
        "select u.id, u.full_name as name, u.email from public.users u
         where (u.is_active, u.is_verified) = (true, false) order by 1",
        &[],
    )?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get("name")?, row.try_get(2)?))).collect()
}

pub fn older_than(
    client: &mut Client,
    on: NaiveDate,
    days: i32,
) -> Result<Vec<(String, i32)>, Error> {
    let rows = client.query(
        "SELECT name, days FROM (
             SELECT id, name, ($1 - date_of_birth) AS days FROM children
         ) AS ages
         WHERE days > $2 ORDER BY days DESC, id ASC",
        &[&on, &days],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

pub fn birth_years(client: &mut Client, parent_id: i32) -> Result<Vec<i32>, Error> {
    let rows = client.query(
        "SELECT CAST(date_part('year', date_of_birth) AS int) FROM children
         WHERE parent_id = $1 GROUP BY 1 ORDER BY 1",
        &[&parent_id],
    )?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

pub fn user_by_email(
    client: &mut Client,
    email: String,
) -> Result<Option<(i32, String, Option<String>)>, Error> {
    let statement =
        client.prepare("SELECT id, full_name, firebase_uid FROM users WHERE email = $1")?;
    let row = client.query_opt(&statement, &[&email])?;
    Ok(row.map(|row| (row.get(0), row.get(1), row.get(2))))
}

harness::graded!(to_remind, older_than, birth_years, user_by_email);
