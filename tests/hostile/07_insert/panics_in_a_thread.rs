//! tries: panic in a thread, where nobody catches it
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let _ = std::thread::spawn(|| panic!("elsewhere")).join();
    Ok(8)
}

harness::graded!(add_user, add_children);
