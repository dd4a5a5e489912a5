//! tries: never return
//! expect: timed_out

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    loop {
        std::hint::spin_loop();
    }
}

harness::graded!(add_user, add_children);
