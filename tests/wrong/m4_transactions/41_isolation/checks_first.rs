//! caught by: never below 0: of two withdrawals that do not both fit, one is refused
//!
//! The UPDATE does the sum, but whether there is enough was asked before.

use postgres::Client;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{WithdrawError, go_off_duty};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let row = client.query_opt("SELECT minutes FROM families WHERE name = $1", &[&name])?;
    let left: i32 = row.ok_or(WithdrawError::NoSuchFamily)?.get(0);
    if left < minutes {
        return Err(WithdrawError::NotEnough);
    }
    let row = client.query_one(
        "UPDATE families SET minutes = minutes - $2 WHERE name = $1 RETURNING minutes",
        &[&name, &minutes],
    )?;
    Ok(row.get(0))
}

harness::graded!(withdraw, go_off_duty);
