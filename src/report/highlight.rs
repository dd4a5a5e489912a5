//! SQL and Rust in colours of the terminal's own palette, so that they suit light and dark alike.

use std::sync::LazyLock;

use colored::Colorize;
use syntect::parsing::{ParseState, ScopeStack, SyntaxSet};

use super::look::Look;
use crate::lesson::event::Language;

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// Code with colours, or as it is if there are none.
pub fn code(text: &str, language: Language, look: Look) -> String {
    let name = match language {
        Language::Sql => "SQL",
        Language::Rust => "Rust",
    };
    let syntax = if look.color { SYNTAXES.find_syntax_by_name(name) } else { None };
    let Some(syntax) = syntax else { return text.to_owned() };
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let Ok(changes) = state.parse_line(line, &SYNTAXES) else { return text.to_owned() };
        let mut from = 0;
        for (at, change) in changes {
            paint(&mut out, &line[from..at], &stack, look);
            from = at;
            if stack.apply(&change).is_err() {
                return text.to_owned();
            }
        }
        paint(&mut out, &line[from..], &stack, look);
    }
    out
}

/// The innermost scope that has a colour decides.
fn paint(out: &mut String, text: &str, stack: &ScopeStack, look: Look) {
    if text.trim().is_empty() {
        out.push_str(text);
        return;
    }
    let scopes = stack.as_slice().iter().rev().map(|scope| scope.build_string());
    let class = scopes.into_iter().find_map(|scope| class(&scope));
    out.push_str(&look.paint(text, |text| match class {
        Some(Class::Comment) => text.dimmed(),
        Some(Class::Text) => text.green(),
        Some(Class::Number) => text.cyan(),
        Some(Class::Keyword) => text.blue().bold(),
        Some(Class::Name) => text.yellow(),
        None => text,
    }));
}

#[derive(Clone, Copy)]
enum Class {
    Comment,
    Text,
    Number,
    Keyword,
    Name,
}

fn class(scope: &str) -> Option<Class> {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| scope.starts_with(prefix));
    if starts(&["comment", "punctuation.definition.comment"]) {
        Some(Class::Comment)
    } else if starts(&["string", "punctuation.definition.string"]) {
        Some(Class::Text)
    } else if starts(&["constant"]) {
        Some(Class::Number)
    } else if starts(&["keyword.operator", "punctuation"]) {
        None
    } else if starts(&["keyword", "storage"]) {
        Some(Class::Keyword)
    } else if starts(&["entity.name.function", "support.function", "support.macro"]) {
        Some(Class::Name)
    } else {
        None
    }
}
