//! tries: write files outside of the workbook, and leave its folder
//! expect: failed

#[path = "../../../solutions/m1_raw_sql/07_insert.rs"]
mod solution;

use postgres::{Client, Error};

use solution::add_children;

pub fn add_user(client: &mut Client, email: &str, full_name: &str) -> Result<i32, Error> {
    let folder = std::env::temp_dir().join(format!("pglings-hostile-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for n in 0..100 {
        std::fs::write(folder.join(n.to_string()), vec![0; 10_000]).unwrap();
    }
    std::env::set_current_dir(&folder).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    Ok(8)
}

harness::graded!(add_user, add_children);
