//! caught by: no withdrawal is lost, whenever another one comes
//!
//! Writes only if nobody has written since it read, and takes a conflict for a refusal.

use postgres::Client;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{WithdrawError, go_off_duty};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let row = client.query_opt("SELECT minutes FROM families WHERE name = $1", &[&name])?;
    let before: i32 = row.ok_or(WithdrawError::NoSuchFamily)?.get(0);
    if before < minutes {
        return Err(WithdrawError::NotEnough);
    }
    let left = before - minutes;
    let sql = "UPDATE families SET minutes = $3 WHERE name = $1 AND minutes = $2";
    match client.execute(sql, &[&name, &before, &left])? {
        0 => Err(WithdrawError::NotEnough),
        _ => Ok(left),
    }
}

harness::graded!(withdraw, go_off_duty);
