//! Commands of pglings as this learner would type them.

/// A command as this learner would type it: `call("hint 7")`.
pub fn call(arguments: &str) -> String {
    let program = if by_cargo() { "cargo run --" } else { "pglings" };
    format!("{program} {arguments}").trim_end().trim_end_matches(" --").to_owned()
}

/// Whether cargo has started us: it tells what it runs that it does.
pub fn by_cargo() -> bool {
    std::env::var_os("CARGO").is_some()
}
