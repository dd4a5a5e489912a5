//! tries: say that the server could not be reached
//! expect: failed|crashed

use std::io::{BufRead, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

pub fn main() -> ExitCode {
    let mut lines = std::io::stdin().lock().lines();
    let hello: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let nonce = hello["nonce"].as_str().unwrap().to_owned();
    for _ in lines {
        let failure = json!({"display": "connection refused", "debug": "", "server": null});
        println!("\n{nonce}{}", json!({"lane": 0, "response": {"no_connection": failure}}));
    }
    ExitCode::SUCCESS
}
