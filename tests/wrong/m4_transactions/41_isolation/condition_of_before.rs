//! caught by: never below 0: of two withdrawals that do not both fit, one is refused
//!
//! One statement, and whether there is enough is asked in a CTE, which sees what was there before
//! the wait.

use postgres::Client;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{WithdrawError, go_off_duty};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let taken = client.query_opt(
        "WITH enough AS (SELECT name FROM families WHERE name = $1 AND minutes >= $2)
         UPDATE families f SET minutes = f.minutes - $2
         FROM enough WHERE f.name = enough.name
         RETURNING f.minutes",
        &[&name, &minutes],
    )?;
    if let Some(row) = taken {
        return Ok(row.get(0));
    }
    let family = client.query_opt("SELECT FROM families WHERE name = $1", &[&name])?;
    Err(family.map_or(WithdrawError::NoSuchFamily, |_| WithdrawError::NotEnough))
}

harness::graded!(withdraw, go_off_duty);
