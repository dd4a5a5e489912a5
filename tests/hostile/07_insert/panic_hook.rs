//! tries: have its own panic hook say that all is well
//! expect: failed|crashed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    std::panic::set_hook(Box::new(|_| {
        println!("test result: ok. 7 passed; 0 failed");
        std::process::exit(0);
    }));
    panic!("on purpose")
}

harness::graded!(add_user, add_children);
