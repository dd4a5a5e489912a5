//! # Starting itself anew, each time twice
//!
//! the verdict | timed_out or crashed | timed_out or crashed

pub fn main() -> std::process::ExitCode {
    let Ok(me) = std::env::current_exe() else { return std::process::ExitCode::FAILURE };
    loop {
        let _ = std::process::Command::new(&me).stdin(std::process::Stdio::null()).spawn();
        let _ = std::process::Command::new(&me).stdin(std::process::Stdio::null()).spawn();
    }
}
