//! # Linking pglings, which has the solutions
//!
//! the verdict | does_not_compile: can't find crate | does_not_compile: can't find crate

extern crate pglings;
