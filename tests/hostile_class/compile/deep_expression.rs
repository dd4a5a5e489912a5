//! # An expression nested 300,000 deep
//!
//! the verdict | does_not_compile | does_not_compile

const DEEP: i32 = DEEP_EXPRESSION;
