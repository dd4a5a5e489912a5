//! # A static of 16 GiB
//!
//! the verdict | does_not_compile | does_not_compile

static HUGE: [u8; 1 << 34] = [1; 1 << 34];

pub fn main() -> std::process::ExitCode {
    HUGE[std::process::id() as usize].into()
}
