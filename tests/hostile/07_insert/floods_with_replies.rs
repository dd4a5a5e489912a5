//! tries: send a hundred thousand replies before it is asked
//! expect: failed|timed_out|crashed

use std::io::{BufRead, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

pub fn main() -> ExitCode {
    let mut lines = std::io::stdin().lock().lines();
    let hello: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let nonce = hello["nonce"].as_str().unwrap().to_owned();
    let mut stdout = std::io::stdout().lock();
    for n in 0..100_000 {
        let _ =
            writeln!(stdout, "\n{nonce}{}", json!({"lane": 0, "response": {"returned": n % 60}}));
    }
    drop(stdout);
    for _ in lines {}
    ExitCode::SUCCESS
}
