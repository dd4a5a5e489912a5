//! tries: send a reply of 300 MB, and no end of the line
//! expect: failed|timed_out|crashed

use std::io::{BufRead, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

pub fn main() -> ExitCode {
    let mut lines = std::io::stdin().lock().lines();
    let hello: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let nonce = hello["nonce"].as_str().unwrap().to_owned();
    let mut stdout = std::io::stdout().lock();
    let _ = write!(stdout, "\n{nonce}{{\"lane\":0,\"response\":{{\"returned\":\"");
    let block = vec![b'x'; 1 << 20];
    for _ in 0..300 {
        let _ = stdout.write_all(&block);
    }
    let _ = stdout.flush();
    for _ in lines {}
    ExitCode::SUCCESS
}
