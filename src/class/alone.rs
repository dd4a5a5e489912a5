//! Which answers may be compiled together, each as a module of one program: those that mean the same
//! there as in a program of their own, and that no other could tell from it. In doubt, one may not.
//!
//! Verdicts are shared by all who hand in the same answer, so none may depend on what else a learner
//! has handed in.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::exercise::checked;

/// Words that mean something else in a module than at the root of a program, that reach out of a
/// module or into it, or that say where one is.
const ROOTED: [&str; 23] = [
    "Backtrace",
    "TypeId",
    "crate",
    "extern",
    "feature",
    "global_allocator",
    "include",
    "include_bytes",
    "include_str",
    "macro",
    "macro_export",
    "macro_rules",
    "macro_use",
    "mod",
    "module_path",
    "no_main",
    "no_std",
    "panic_handler",
    "recursion_limit",
    "super",
    "type_length_limit",
    "type_name",
    "type_name_of_val",
];

/// A token, and how many groups it is in.
struct Token {
    text: String,
    depth: usize,
}

/// Whether an answer has to be compiled by itself.
pub(super) fn stands_alone(text: &str) -> bool {
    // The compiler passes over such a first line, and who reads tokens does not.
    if text.trim_start_matches('\u{feff}').starts_with("#!") {
        return true;
    }
    // Such a one is compiled with a database of its own.
    if checked::has_any(text) {
        return true;
    }
    let Ok(stream) = text.parse::<TokenStream>() else { return true };
    let tokens = flat(stream);
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    (0..tokens.len()).any(|at| match word(at) {
        // Comments for the whole file are such attributes too.
        "#" => word(at + 1) == "!" && word(at + 3) != "doc",
        // The macro reads a folder; the module of the same name does not.
        "migrate" => ["!", "as"].contains(&word(at + 1)),
        "impl" => gives_away(&tokens, at),
        other => ROOTED.contains(&other),
    })
}

/// All tokens in a row. Groups may be nested deeper than a stack is.
fn flat(stream: TokenStream) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut open = vec![(stream.into_iter(), "")];
    while let Some((rest, end)) = open.last_mut() {
        let (next, end) = (rest.next(), *end);
        let depth = open.len() - 1;
        let mut push = |text: &str| tokens.push(Token { text: text.to_owned(), depth });
        match next {
            Some(TokenTree::Group(group)) => {
                let (start, end) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                push(start);
                open.push((group.stream().into_iter(), end));
            }
            Some(TokenTree::Ident(ident)) => push(ident.to_string().trim_start_matches("r#")),
            Some(TokenTree::Punct(punct)) => push(&punct.to_string()),
            Some(TokenTree::Literal(_)) => push("0"),
            None => {
                open.pop();
                if let Some(depth) = open.len().checked_sub(1) {
                    tokens.push(Token { text: end.to_owned(), depth });
                }
            }
        }
    }
    tokens
}

/// Whether the `impl` at this place is of a trait for a type that is not the answer's own. Such a
/// one is seen in all modules: another could be led by it to a type of this one.
fn gives_away(tokens: &[Token], at: usize) -> bool {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    // As a type it stands behind one of these.
    if at > 0 && [":", ">", ",", "<", "&", "=", "+"].contains(&text(at - 1)) {
        return false;
    }
    let own = |at: usize| tokens[at].depth == 0 && ["struct", "enum", "union"].contains(&text(at));
    let own: BTreeSet<&str> =
        (0..tokens.len()).filter(|at| own(*at)).map(|at| text(at + 1)).collect();
    for next in at + 1..tokens.len() {
        match text(next) {
            // `for<'a>` is something else.
            "for" if text(next + 1) != "<" => {
                let path = text(next + 2) == ":";
                return tokens[at].depth > 0 || path || !own.contains(text(next + 1));
            }
            // A constant may stand among the arguments of a trait.
            "{" => return ["<", ",", "="].contains(&text(next - 1)),
            ";" => return false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reaches_out_of_its_module_is_compiled_alone() {
        for text in [
            "use crate::other;",
            "#![recursion_limit = \"1\"]",
            "# /* */ !\n[recursion_limit = \"1\"]",
            "#[path = \"x.rs\"] mod x;",
            "mod other;",
            "const A: &str = include_str!(\"b\");",
            "pub(super) fn f() {}",
            "macro_rules! m { () => {} }",
            "fn f() -> &'static str { std::any::type_name::<u8>() }",
            "fn f() -> &'static str { std::any::type_name_of_val(&1) }",
            // These look like comments, a line at a time.
            "const A: &str = \"\n// \"; use crate::x;",
            "/*\n// */ use crate::x;",
            "#!/x \"\nuse crate::x;\n//\"",
            // The program of another sees these.
            "struct A; impl AsRef<A> for i32 { }",
            "struct A; impl AsRef<A> for std::string::String { }",
            "struct A<const N: usize>; impl AsRef<A<{ 1 }>> for i32 { }",
            "struct A; struct B; fn f() { use i32 as B; impl AsRef<A> for B { } }",
            "struct A; impl Clone for Box<A> { }",
            "static M: Migrator = sqlx::migrate!(\"/proc/self/cwd\");",
            "use sqlx::migrate as m;",
            "fn f() { \"",
        ] {
            assert!(stands_alone(text), "{text}");
        }
        for exercise in crate::exercise::exercises() {
            assert!(!stands_alone(exercise.solution), "{}", exercise.stem);
        }
        for text in [
            "//! doc\n// the crate\nfn f() { let super_user = \"crate\"; }",
            "struct A; impl From<u8> for A { fn from(_: u8) -> A { A } } impl A { }",
            "fn f(_: impl for<'a> Fn(&'a str)) -> impl Sized { for _ in 0..1 { } }",
            "use sqlx::migrate::Migrator;",
        ] {
            assert!(!stands_alone(text), "{text}");
        }
    }

    #[test]
    fn the_deepest_answer_is_looked_through() {
        let deep = format!("{}{}", "(".repeat(200_000), ")".repeat(200_000));
        assert!(!stands_alone(&deep));
    }
}
