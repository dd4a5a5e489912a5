//! tries: print replies behind guessed nonces
//! expect: failed|timed_out

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    for n in 0..200_000_u64 {
        let nonce = format!("{:032}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        println!("{nonce}{{\"lane\":0,\"response\":{{\"returned\":45}}}}");
    }
    println!("{{\"lane\":0,\"response\":{{\"returned\":45}}}}");
    Ok(8)
}

harness::graded!(add_user, add_children);
