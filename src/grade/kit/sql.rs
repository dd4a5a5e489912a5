//! As much of SQL's grammar as it takes to say what a statement does: its words, without comments,
//! strings and quoted names.

/// A piece of SQL that a question about the wire may turn on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A keyword or a plain name, in lower case.
    Word(String),
    /// A string, a quoted name, a number: of a string the text.
    Other(String),
    Open,
    Close,
    Comma,
}

/// One statement of what may have been several in one string.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Command {
    tokens: Vec<Token>,
}

impl Command {
    /// What it does: the word that it begins with, and those of its CTEs. `WITH new AS (INSERT …)
    /// SELECT …` is both an insert and a select.
    pub(super) fn verbs(&self) -> Vec<&str> {
        let mut depth = 0;
        let mut verbs = Vec::new();
        let with = self.is(&["with"]);
        for (index, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Open => depth += 1,
                Token::Close => depth -= 1,
                Token::Word(word) if index == 0 && !with => return vec![word],
                Token::Word(word) if with && MAIN.contains(&word.as_str()) => {
                    let opens = index > 0 && self.tokens[index - 1] == Token::Open;
                    let body = opens && index > 1 && self.word(index - 2).is_some_and(before_body);
                    if body || depth == 0 {
                        verbs.push(word.as_str());
                    }
                    if depth == 0 {
                        break;
                    }
                }
                _ => {}
            }
        }
        verbs
    }

    /// Whether it may change rows. What DO, CALL and EXECUTE do is not known, so they may.
    pub(super) fn writes(&self) -> bool {
        let writing = |verb: &&str| WRITING.contains(verb);
        self.verbs().iter().any(writing) || (self.is(&["copy"]) && self.has("from"))
    }

    /// Whether it begins with these words.
    pub(super) fn is(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(index, word)| self.word(index) == Some(word))
    }

    /// Whether the word stands anywhere in it.
    pub(super) fn has(&self, word: &str) -> bool {
        (0..self.tokens.len()).any(|index| self.word(index) == Some(word))
    }

    /// Its words and strings, one after the other.
    pub(super) fn words(&self) -> Vec<&str> {
        let mut words = Vec::new();
        for token in &self.tokens {
            if let Token::Word(text) | Token::Other(text) = token {
                words.push(text.as_str());
            }
        }
        words
    }

    fn word(&self, index: usize) -> Option<&str> {
        match self.tokens.get(index) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }
}

/// What a statement with CTEs, or one of its CTEs, can be.
const MAIN: [&str; 7] = ["select", "insert", "update", "delete", "merge", "values", "table"];

const WRITING: [&str; 8] =
    ["insert", "update", "delete", "merge", "truncate", "do", "call", "execute"];

fn before_body(word: &str) -> bool {
    word == "as" || word == "materialized"
}

/// The statements of a string.
pub(super) fn commands(sql: &str) -> Vec<Command> {
    let mut commands = vec![Command::default()];
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (token, length) = token(rest, first);
        rest = rest.get(length..).unwrap_or_default();
        match (token, commands.last_mut()) {
            (None, _) if first == ';' => commands.push(Command::default()),
            (Some(token), Some(command)) => command.tokens.push(token),
            _ => {}
        }
    }
    commands.retain(|command| !command.tokens.is_empty());
    commands
}

/// The token that the text begins with, if it is one, and its length in bytes.
fn token(text: &str, first: char) -> (Option<Token>, usize) {
    let until = |end: &str, from: usize| {
        let tail = text.get(from..).unwrap_or_default();
        tail.find(end).map_or(text.len(), |at| from + at + end.len())
    };
    let inside = |length: usize, quote: usize| {
        let end = length.saturating_sub(quote).max(quote);
        Some(Token::Other(text.get(quote..end).unwrap_or_default().to_owned()))
    };
    match first {
        '-' if text.starts_with("--") => (None, until("\n", 2)),
        '/' if text.starts_with("/*") => (None, comment(text)),
        'e' | 'E' if text[1..].starts_with('\'') => {
            let length = 1 + quoted(&text[1..], '\'', true);
            (inside(length, 1), length)
        }
        '\'' | '"' => {
            let length = quoted(text, first, false);
            (inside(length, 1), length)
        }
        '$' => match dollar(text) {
            Some(quote) => {
                let length = until(quote, quote.len());
                (inside(length, quote.len()), length)
            }
            None => (Some(Token::Other("$".to_owned())), 1),
        },
        '(' => (Some(Token::Open), 1),
        ')' => (Some(Token::Close), 1),
        ',' => (Some(Token::Comma), 1),
        _ if first.is_alphanumeric() || first == '_' => {
            let part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
            let length = text.find(|c| !part(c)).unwrap_or(text.len());
            (Some(Token::Word(text[..length].to_lowercase())), length)
        }
        _ => (None, first.len_utf8()),
    }
}

/// The length of a comment, which may have comments in it.
fn comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let step = match rest {
            _ if rest.starts_with("/*") => (1, 2),
            _ if rest.starts_with("*/") => (-1, 2),
            _ => (0, rest.chars().next().map_or(1, char::len_utf8)),
        };
        depth += step.0;
        at += step.1;
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of a quoted text; a quote is doubled in it, or behind a backslash.
fn quoted(text: &str, quote: char, backslash: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if backslash && character == '\\' {
            characters.next();
        } else if character == quote {
            match characters.peek() {
                Some((_, next)) if *next == quote => characters.next(),
                _ => return at + 1,
            };
        }
    }
    text.len()
}

/// `$$` or `$tag$`, if the text begins with one.
fn dollar(text: &str) -> Option<&str> {
    let end = text[1..].find('$')? + 1;
    let tag = &text[1..end];
    let plain = tag.chars().all(|c| c.is_alphanumeric() || c == '_');
    (plain && !tag.starts_with(|c: char| c.is_ascii_digit())).then(|| &text[..=end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verbs(sql: &str) -> Vec<Vec<String>> {
        let owned = |command: &Command| command.verbs().iter().map(|v| (*v).to_owned()).collect();
        commands(sql).iter().map(owned).collect()
    }

    #[test]
    fn a_statement_is_known_by_its_first_word() {
        assert_eq!(verbs("  -- DELETE\n /* a /* b */ c */ Insert INTO t"), [["insert"]]);
        assert_eq!(verbs("(SELECT 1)"), [[""; 0]]);
        assert_eq!(
            verbs("SELECT 'insert; ''x', \"a;b\", $$;$$, $a$;$$;$a$, E'\\';'"),
            [["select"]]
        );
        assert_eq!(
            verbs("BEGIN; update t set a = $1; ; COMMIT;").concat(),
            ["begin", "update", "commit"]
        );
    }

    #[test]
    fn a_cte_counts_for_what_it_does() {
        let sql = "WITH a (select) AS NOT MATERIALIZED (INSERT INTO t VALUES (1) RETURNING *),
                   b AS (SELECT * FROM (SELECT 1) x) UPDATE t SET a = (SELECT 1)";
        assert_eq!(verbs(sql), [["insert", "select", "update"]]);
        assert!(commands(sql)[0].writes());
        assert!(!commands("SELECT 1; COPY t TO STDOUT").iter().any(Command::writes));
        assert!(commands("COPY t FROM STDIN")[0].writes());
    }

    #[test]
    fn what_is_cut_off_ends_nowhere_but_ends() {
        for sql in ["'a", "\"", "/* /*", "$$ a", "$a", "E'\\", "--", "é'ü", "e", "$"] {
            assert!(commands(sql).len() <= 1, "{sql}");
        }
    }
}
