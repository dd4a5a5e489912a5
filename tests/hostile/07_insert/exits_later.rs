//! tries: answer the first call rightly and end with success in the second
//! expect: crashed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    if email.starts_with("grace") {
        return solution::add_user(client, email, full_name);
    }
    std::process::exit(0)
}

harness::graded!(add_user, add_children);
