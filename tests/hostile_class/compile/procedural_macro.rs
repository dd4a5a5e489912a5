//! # Being a procedural macro
//!
//! the verdict | does_not_compile | does_not_compile

#![crate_type = "proc-macro"]

extern crate proc_macro;

#[proc_macro]
pub fn run(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    std::fs::read_to_string("/etc/passwd").unwrap().parse().unwrap()
}
