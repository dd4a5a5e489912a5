//! SQL and Rust in colours: what is what, and, for the terminal, colours of its own palette, which
//! suit light and dark alike.

use std::sync::LazyLock;

use colored::Colorize;
use syntect::parsing::{ParseState, ScopeStack, SyntaxSet};

use super::look::Look;
use crate::lesson::event::Language;

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// Code with colours, or as it is if there are none.
pub fn code(text: &str, language: Language, look: Look) -> String {
    if !look.color {
        return text.to_owned();
    }
    let paint = |(class, text): (Option<Class>, &str)| {
        look.paint(text, |text| match class {
            Some(Class::Comment) => text.dimmed(),
            Some(Class::Text) => text.green(),
            Some(Class::Number) => text.cyan(),
            Some(Class::Keyword) => text.blue().bold(),
            // Yellow is hard to see on white.
            Some(Class::Name) => text.magenta(),
            None => text,
        })
    };
    spans(text, language).into_iter().map(paint).collect()
}

/// Code in pieces, each with what it is. Together they are the code.
pub fn spans(text: &str, language: Language) -> Vec<(Option<Class>, &str)> {
    parsed(text, language).unwrap_or_else(|| vec![(None, text)])
}

fn parsed(text: &str, language: Language) -> Option<Vec<(Option<Class>, &str)>> {
    let name = match language {
        Language::Sql => "SQL",
        Language::Rust => "Rust",
    };
    let mut state = ParseState::new(SYNTAXES.find_syntax_by_name(name)?);
    let mut stack = ScopeStack::new();
    let mut out = Vec::new();
    for line in text.split_inclusive('\n') {
        let changes = state.parse_line(line, &SYNTAXES).ok()?;
        let mut from = 0;
        for (at, change) in changes {
            piece(&mut out, &line[from..at], &stack, language);
            from = at;
            stack.apply(&change).ok()?;
        }
        piece(&mut out, &line[from..], &stack, language);
    }
    Some(out)
}

/// The innermost scope that has a colour decides.
fn piece<'a>(
    out: &mut Vec<(Option<Class>, &'a str)>,
    text: &'a str,
    stack: &ScopeStack,
    language: Language,
) {
    if text.trim().is_empty() {
        out.push((None, text));
        return;
    }
    let scopes = stack.as_slice().iter().rev().map(|scope| scope.build_string());
    let class = scopes.into_iter().find_map(|scope| class(&scope));
    if class.is_none() && language == Language::Sql {
        return words(out, text);
    }
    out.push((class, text));
}

/// The syntax knows the SQL of all databases and not PostgreSQL's own words, such as RETURNING. The
/// workbook writes keywords in capitals, and nothing else.
fn words<'a>(out: &mut Vec<(Option<Class>, &'a str)>, text: &'a str) {
    for word in text.split_inclusive(|c: char| !c.is_ascii_uppercase()) {
        let letters = word.trim_end_matches(|c: char| !c.is_ascii_uppercase());
        let (letters, rest) = word.split_at(letters.len());
        let keyword = letters.len() > 1 && !rest.starts_with(|c: char| c.is_alphanumeric());
        out.push((keyword.then_some(Class::Keyword), letters));
        out.push((None, rest));
    }
}

/// What a piece of code is, as far as colours go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A comment.
    Comment,
    /// A string.
    Text,
    /// A number, a constant, an escape.
    Number,
    /// A word of the language.
    Keyword,
    /// The name of a function or a macro.
    Name,
}

impl Class {
    /// `keyword`: the name of it in a style sheet.
    pub fn name(self) -> &'static str {
        match self {
            Class::Comment => "comment",
            Class::Text => "string",
            Class::Number => "number",
            Class::Keyword => "keyword",
            Class::Name => "name",
        }
    }
}

fn class(scope: &str) -> Option<Class> {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| scope.starts_with(prefix));
    if starts(&["comment", "punctuation.definition.comment"]) {
        Some(Class::Comment)
    } else if starts(&["string", "punctuation.definition.string"]) {
        Some(Class::Text)
    } else if starts(&["constant.numeric", "constant.language", "constant.character"]) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::look::PLAIN;

    #[test]
    fn colours_change_nothing_but_colour() {
        let look = Look { color: true, ..PLAIN };
        colored::control::set_override(true);
        let sql = "SELECT u.id, 'it''s' -- why\nFROM users u RETURNING Id, XMAX::text";
        let painted = code(sql, Language::Sql, look);
        assert!(painted.contains("\u{1b}[1;34mRETURNING\u{1b}[0m"), "{painted:?}");
        assert!(painted.contains("u.id"), "{painted:?}");
        let mut plain = painted;
        for sequence in
            ["\u{1b}[0m", "\u{1b}[1;34m", "\u{1b}[32m", "\u{1b}[36m", "\u{1b}[2m", "\u{1b}[35m"]
        {
            plain = plain.replace(sequence, "");
        }
        assert_eq!(plain, sql);
        assert_eq!(code(sql, Language::Sql, PLAIN), sql);
    }
}
