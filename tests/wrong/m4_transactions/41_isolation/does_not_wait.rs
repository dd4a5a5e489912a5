//! caught by: no withdrawal is lost, whenever another one comes
//!
//! A row that another one has locked is an error for the caller.

use postgres::Client;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{WithdrawError, go_off_duty};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let mut transaction = client.transaction()?;
    let sql = "SELECT minutes FROM families WHERE name = $1 FOR UPDATE NOWAIT";
    let row = transaction.query_opt(sql, &[&name])?;
    let left: i32 = row.ok_or(WithdrawError::NoSuchFamily)?.get(0);
    if left < minutes {
        return Err(WithdrawError::NotEnough);
    }
    let left = left - minutes;
    transaction.execute("UPDATE families SET minutes = $2 WHERE name = $1", &[&name, &left])?;
    transaction.commit()?;
    Ok(left)
}

harness::graded!(withdraw, go_off_duty);
