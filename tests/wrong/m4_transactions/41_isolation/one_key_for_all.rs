//! caught by: the least is enough: READ COMMITTED, and no other family waits
//!
//! An advisory lock, and the same for all families.

use postgres::Client;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{WithdrawError, go_off_duty};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let mut transaction = client.transaction()?;
    transaction.batch_execute("SELECT pg_advisory_xact_lock(1)")?;
    let row = transaction.query_opt("SELECT minutes FROM families WHERE name = $1", &[&name])?;
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
