//! tries: print what passing tests print
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    println!("test result: ok. 7 passed; 0 failed; 0 ignored");
    println!("{{\"verdicts\":[{{\"number\":7,\"status\":\"passed\"}}]}}");
    Ok(8)
}

harness::graded!(add_user, add_children);
