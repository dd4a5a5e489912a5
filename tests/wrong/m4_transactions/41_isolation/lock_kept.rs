//! caught by: no transaction and no lock is left behind
//!
//! The lock is the session's, and one way out does not give it back.

use postgres::Client;

#[path = "../../../../solutions/m4_transactions/41_isolation.rs"]
mod solution;
use solution::{WithdrawError, go_off_duty};

pub fn withdraw(client: &mut Client, name: &str, minutes: i32) -> Result<i32, WithdrawError> {
    client.execute("SELECT pg_advisory_lock(hashtext($1))", &[&name])?;
    let family = client.query_opt("SELECT minutes FROM families WHERE name = $1", &[&name])?;
    let left: i32 = family.ok_or(WithdrawError::NoSuchFamily)?.get("minutes");
    let outcome = if left < minutes {
        Err(WithdrawError::NotEnough)
    } else {
        let sql = "UPDATE families SET minutes = $2 WHERE name = $1";
        client.execute(sql, &[&name, &(left - minutes)])?;
        Ok(left - minutes)
    };
    client.execute("SELECT pg_advisory_unlock(hashtext($1))", &[&name])?;
    outcome
}

harness::graded!(withdraw, go_off_duty);
