//! tries: read the requests that come after its own
//! expect: timed_out

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let mut line = String::new();
    let _ = std::io::stdin().read_line(&mut line);
    println!("{line}");
    Ok(8)
}

harness::graded!(add_user, add_children);
