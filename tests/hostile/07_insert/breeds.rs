//! tries: start itself anew, sixty generations of two
//! expect: failed|crashed|timed_out

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

pub fn main() -> ExitCode {
    let generation = std::env::var("GENERATION").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    if generation < 60 {
        let me = std::env::current_exe().unwrap();
        let next = (generation + 1).to_string();
        let mut child = Command::new(me);
        // With the word that tells which of a learner's answers it is.
        child.args(std::env::args().skip(1));
        let _ = child.env("GENERATION", next).stdin(Stdio::null()).process_group(0).spawn();
        let _ = Command::new("sleep").arg("30").process_group(0).spawn();
        std::thread::sleep(Duration::from_secs(30));
    }
    ExitCode::SUCCESS
}
