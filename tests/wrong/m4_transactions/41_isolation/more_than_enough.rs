//! caught by: the least is enough: READ COMMITTED, and no other family waits
//!
//! SERIALIZABLE, and once more until it works: right, and not the least.

use postgres::error::SqlState;
use postgres::{Client, IsolationLevel};

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{WithdrawError, go_off_duty};

fn attempt(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    let level = IsolationLevel::Serializable;
    let mut transaction = client.build_transaction().isolation_level(level).start()?;
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

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    loop {
        match attempt(client, name, minutes) {
            Err(WithdrawError::Database(error))
                if error.code() == Some(&SqlState::T_R_SERIALIZATION_FAILURE) => {}
            outcome => return outcome,
        }
    }
}

harness::graded!(withdraw, go_off_duty);
