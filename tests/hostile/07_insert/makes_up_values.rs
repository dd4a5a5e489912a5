//! tries: answer every request with a made-up value, in a main of its own
//! expect: failed

use std::io::{BufRead, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

pub fn main() -> ExitCode {
    let mut lines = std::io::stdin().lock().lines();
    let hello: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let nonce = hello["hello"]["nonce"].as_str().unwrap().to_owned();
    for (n, _) in (45..).zip(lines) {
        println!("\n{nonce}{}", json!({"returned": n}));
    }
    ExitCode::SUCCESS
}
