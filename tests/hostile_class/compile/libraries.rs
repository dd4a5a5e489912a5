//! # A library of its own choice
//!
//! the verdict | does_not_compile | does_not_compile

#[link(name = "/etc/passwd", kind = "static", modifiers = "+verbatim")]
unsafe extern "C" {}
