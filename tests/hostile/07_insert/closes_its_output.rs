//! tries: close its output and stay
//! expect: crashed|timed_out

use std::process::ExitCode;

pub fn main() -> ExitCode {
    // A program of no use takes our place; it has no standard output.
    let mut command = std::process::Command::new("sh");
    std::os::unix::process::CommandExt::exec(command.args(["-c", "exec sleep 300 >&-"]));
    ExitCode::FAILURE
}
