//! # Filling a folder that nobody may look into
//!
//! the verdict | crashed: wrote more than 64 MiB or cannot be looked into | crashed: wrote more than 64 MiB or cannot be looked into

use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

fn attempts(_: &mut postgres::Client) {
    // Made so, since taking away its mode may be refused.
    std::fs::DirBuilder::new().mode(0o300).create("dark").unwrap();
    let _ = std::fs::set_permissions("dark", PermissionsExt::from_mode(0o300));
    for count in 0u64.. {
        let _ = std::fs::write(format!("dark/{count}"), vec![1; 1 << 20]);
    }
}
