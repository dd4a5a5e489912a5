//! tries: read all requests and never answer
//! expect: timed_out

use std::io::{BufRead, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

pub fn main() -> ExitCode {
    let mut lines = std::io::stdin().lock().lines();
    let hello: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let nonce = hello["nonce"].as_str().unwrap().to_owned();
    for _ in lines {}
    ExitCode::SUCCESS
}
