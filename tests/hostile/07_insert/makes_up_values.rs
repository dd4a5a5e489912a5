//! tries: answer every request with a made-up value, in a main of its own
//! expect: failed

use std::io::{BufRead, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

pub fn main() -> ExitCode {
    let mut lines = std::io::stdin().lock().lines();
    let hello: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let nonce = hello["nonce"].as_str().unwrap().to_owned();
    for (n, line) in (45..).zip(lines) {
        let asked: Value = serde_json::from_str(&line.unwrap()).unwrap();
        println!("\n{nonce}{}", json!({"lane": asked["lane"], "response": {"returned": n}}));
    }
    ExitCode::SUCCESS
}
