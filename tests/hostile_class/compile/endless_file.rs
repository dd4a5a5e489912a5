//! # Including a file without an end
//!
//! the verdict | does_not_compile | does_not_compile

const A: &[u8] = include_bytes!("/dev/zero");
