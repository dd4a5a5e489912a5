//! caught by: never below 0: of two withdrawals that do not both fit, one is refused
//!
//! Takes, looks, and gives back: in between everybody sees less than nothing.

use postgres::Client;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{WithdrawError, go_off_duty};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let taken = client.query_opt(
        "UPDATE families SET minutes = minutes - $2 WHERE name = $1 RETURNING minutes",
        &[&name, &minutes],
    )?;
    let left: i32 = taken.ok_or(WithdrawError::NoSuchFamily)?.get(0);
    if left < 0 {
        let back = "UPDATE families SET minutes = minutes + $2 WHERE name = $1";
        client.execute(back, &[&name, &minutes])?;
        return Err(WithdrawError::NotEnough);
    }
    Ok(left)
}

harness::graded!(withdraw, go_off_duty);
