//! caught by: `withdraw` takes the minutes and returns what is left
//!
//! An UPDATE that finds no row is taken for one thing.

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
    )?;
    taken.map(|row| row.get(0)).ok_or(WithdrawError::NotEnough)
}

harness::graded!(withdraw, go_off_duty);
