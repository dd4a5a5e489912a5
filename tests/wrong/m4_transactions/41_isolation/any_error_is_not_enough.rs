//! caught by: what else the database refuses comes back at once
//!
//! Whatever the server says, there is not enough.

use postgres::Client;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{WithdrawError, go_off_duty};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let taken = client.query_opt(
        "UPDATE families SET minutes = minutes - $2
         WHERE name = $1 AND minutes >= $2
         RETURNING minutes",
        &[&name, &minutes],
    );
    if let Some(row) = taken.map_err(|_| WithdrawError::NotEnough)? {
        return Ok(row.get(0));
    }
    let family = client.query_opt("SELECT FROM families WHERE name = $1", &[&name])?;
    Err(family.map_or(WithdrawError::NoSuchFamily, |_| WithdrawError::NotEnough))
}

harness::graded!(withdraw, go_off_duty);
