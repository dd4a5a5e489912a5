//! tries: write a file until the disk is full, before any limit is set
//! expect: crashed

use std::io::{BufRead, Write};
use std::process::ExitCode;

pub fn main() -> ExitCode {
    let path = std::env::temp_dir().join(format!("pglings-hostile-{}", std::process::id()));
    let mut file = std::fs::File::create(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    for _ in 0..200 {
        file.write_all(&[1; 1 << 20]).unwrap();
    }
    // Having come so far, it neither crashes nor answers.
    std::thread::sleep(std::time::Duration::from_secs(3600));
    ExitCode::SUCCESS
}
