//! # Reading the instructor's environment while it is compiled
//!
//! the verdict | does_not_compile: `HOME` not defined | does_not_compile: `HOME` not defined

const HOME: &str = env!("HOME");
