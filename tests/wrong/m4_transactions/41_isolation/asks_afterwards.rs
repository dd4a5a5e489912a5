//! caught by: no withdrawal is lost, whenever another one comes
//!
//! What is left is asked for when it may be less by the next one already.

use postgres::Client;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{WithdrawError, go_off_duty};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let taken = client.execute(
        "UPDATE families SET minutes = minutes - $2 WHERE name = $1 AND minutes >= $2",
        &[&name, &minutes],
    )?;
    let row = client.query_opt("SELECT minutes FROM families WHERE name = $1", &[&name])?;
    let row = row.ok_or(WithdrawError::NoSuchFamily)?;
    if taken == 0 { Err(WithdrawError::NotEnough) } else { Ok(row.get(0)) }
}

harness::graded!(withdraw, go_off_duty);
