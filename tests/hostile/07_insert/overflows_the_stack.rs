//! tries: call itself without end
//! expect: crashed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

#[allow(unconditional_recursion)]
pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let here = [email.len(); 1000];
    let below = add_user(client, email, full_name)?;
    Ok(below + std::hint::black_box(here)[999] as i32)
}

harness::graded!(add_user, add_children);
