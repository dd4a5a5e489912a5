//! The lessons of module 6, and all answers to its exercises.

#![allow(clippy::duplicate_mod, reason = "wrong answers borrow what is right from the solution")]

use std::process::ExitCode;

mod answers;
#[allow(unused_imports, reason = "a module may have no answers yet")]
use answers::{Answer, Kind};

include!(concat!(env!("OUT_DIR"), "/answers_m6_operations.rs"));

fn main() -> ExitCode {
    answers::of_module("m6_operations", ANSWERS)
}
