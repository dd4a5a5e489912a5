use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    pglings::command::run(pglings::cli::Cli::parse())
}
