//! Which columns of a table a query speaks of, as far as its words tell. It only decides what is
//! shown of a table that may have many columns; no verdict depends on it.

use serde_json::Value;

use super::compare::Rows;

/// A word or a sign of SQL.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Sign(char),
}

/// What may follow the name of a table and is no alias of it.
const NO_ALIAS: &[&str] = &[
    "on",
    "using",
    "where",
    "join",
    "left",
    "right",
    "full",
    "inner",
    "cross",
    "natural",
    "group",
    "order",
    "having",
    "limit",
    "offset",
    "union",
    "except",
    "intersect",
    "window",
    "for",
    "lateral",
    "tablesample",
    "fetch",
    "returning",
    "set",
    "values",
];

/// Whether a query speaks of a table.
pub(super) fn speaks_of(sql: &str, table: &str) -> bool {
    tokens(sql).contains(&Token::Word(table))
}

/// Rows of a table with no more than the columns that the query names for it, and the key.
pub(super) fn mentioned(table: &str, rows: &Rows, sql: &str) -> Rows {
    let tokens = tokens(sql);
    let names = names(table, &tokens);
    let keep: Vec<usize> = (0..rows.columns.len())
        .filter(|index| {
            let column = rows.columns[*index].as_str();
            column == "id" || is_named(column, &names, &tokens)
        })
        .collect();
    let pick = |row: &Vec<Value>| keep.iter().map(|index| row[*index].clone()).collect();
    Rows {
        columns: keep.iter().map(|index| rows.columns[*index].clone()).collect(),
        rows: rows.rows.iter().map(pick).collect(),
    }
}

/// What a table is called in a query: its name and its aliases.
fn names<'a>(table: &'a str, tokens: &[Token<'a>]) -> Vec<&'a str> {
    let mut names = vec![table];
    for (index, token) in tokens.iter().enumerate() {
        let mut after = tokens[index + 1..].iter();
        if *token != Token::Word(table) {
            continue;
        }
        let next = match after.next() {
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("as") => after.next(),
            next => next,
        };
        match next {
            Some(Token::Word(word)) if !NO_ALIAS.iter().any(|no| word.eq_ignore_ascii_case(no)) => {
                names.push(word);
            }
            _ => {}
        }
    }
    names
}

/// A column that stands behind a name of another table is not meant, nor is the name that a result
/// is given. One that stands alone may be anybody's.
fn is_named(column: &str, names: &[&str], tokens: &[Token<'_>]) -> bool {
    let before = |index: usize, back: usize| index.checked_sub(back).map(|at| tokens[at]);
    tokens.iter().enumerate().any(|(index, token)| {
        let behind = before(index, 1) == Some(Token::Sign('.'));
        match token {
            Token::Word(word) if *word == column => {}
            Token::Sign('*') if behind => {}
            _ => return false,
        }
        match (before(index, 1), before(index, 2)) {
            (Some(Token::Sign('.')), Some(Token::Word(name))) => names.contains(&name),
            (Some(Token::Word(word)), _) => !word.eq_ignore_ascii_case("as"),
            _ => true,
        }
    })
}

/// The words and signs of SQL, without what is quoted.
fn tokens(sql: &str) -> Vec<Token<'_>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let length = if c == '\'' {
            rest[1..].find('\'').map_or(rest.len(), |at| at + 2)
        } else if is_word(c) {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            tokens.push(Token::Word(&rest[..length]));
            length
        } else {
            if !c.is_whitespace() {
                tokens.push(Token::Sign(c));
            }
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(table: &str, sql: &str) -> Vec<String> {
        let all = ["id", "name", "title", "child_id", "notes"].map(str::to_owned).to_vec();
        mentioned(table, &Rows { columns: all, rows: Vec::new() }, sql).columns
    }

    #[test]
    fn a_column_is_shown_where_it_is_named_for_the_table() {
        let sql = "SELECT v.title, c.name AS child, 'notes' AS notes
                   FROM conversations v JOIN children AS c ON c.id = v.child_id WHERE v.id > 7";
        assert_eq!(columns("conversations", sql), ["id", "title", "child_id"]);
        assert_eq!(columns("children", sql), ["id", "name"]);
        assert!(speaks_of(sql, "children") && !speaks_of(sql, "users"));
        // Alone it may be anybody's; all are all.
        assert_eq!(columns("children", "SELECT name, count(*) FROM children"), ["id", "name"]);
        assert_eq!(columns("a", "SELECT a.* FROM a JOIN b ON b.notes = a.notes").len(), 5);
        assert_eq!(columns("b", "SELECT a.* FROM a JOIN b ON b.notes = a.notes"), ["id", "notes"]);
    }
}
