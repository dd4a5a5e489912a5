//! tries: print half a line before each reply
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};
use std::io::Write;

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    print!("00000000000000000000000000000000{{\"lane\":0,\"response\":{{\"returned\":");
    let _ = std::io::stdout().flush();
    Ok(8)
}

harness::graded!(add_user, add_children);
