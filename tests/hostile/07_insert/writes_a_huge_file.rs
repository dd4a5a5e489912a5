//! tries: write a file until the disk is full
//! expect: crashed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use std::io::Write;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let path = std::env::temp_dir().join(format!("pglings-hostile-{}", std::process::id()));
    let mut file = std::fs::File::create(&path).unwrap();
    // It is open, so it needs no name, and the disk is free again when we are gone.
    std::fs::remove_file(&path).unwrap();
    // Not without end: where nothing stops it, the machine goes on.
    for _ in 0..200 {
        file.write_all(&[1; 1 << 20]).unwrap();
    }
    Ok(8)
}

harness::graded!(add_user, add_children);
