//! # Unstable features
//!
//! the verdict | does_not_compile: may not be used on the stable | does_not_compile: may not be used on the stable

#![feature(rustc_attrs, link_args)]
