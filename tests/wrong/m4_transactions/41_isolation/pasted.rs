//! caught by: `withdraw` takes the minutes and returns what is left
//!
//! The name is pasted into the SQL, with its quotes doubled.

use postgres::Client;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{WithdrawError, go_off_duty};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let quoted = name.replace('\'', "''");
    let taken = client.query_opt(
        &format!(
            "UPDATE families SET minutes = minutes - $1
             WHERE name = '{quoted}' AND minutes >= $1
             RETURNING minutes"
        ),
        &[&minutes],
    )?;
    if let Some(row) = taken {
        return Ok(row.get(0));
    }
    let family = client.query_opt("SELECT FROM families WHERE name = $1", &[&name])?;
    Err(family.map_or(WithdrawError::NoSuchFamily, |_| WithdrawError::NotEnough))
}

harness::graded!(withdraw, go_off_duty);
