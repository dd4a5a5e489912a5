//! tries: panic with something that is no text, and panic again when that is dropped
//! expect: failed|crashed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("again");
        }
    }
    std::panic::panic_any(Bomb)
}

harness::graded!(add_user, add_children);
