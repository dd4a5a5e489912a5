//! What is typed at the SQL prompt of a lesson: SQL, or one of the commands of psql that look into
//! the catalog.

use super::event::{Event, Table};
use super::run::Stage;
use crate::error::Result;

/// What `\?` says.
pub const HELP: &str = "\
SQL ends with a semicolon, or with an empty line.
\\d       the tables, views and sequences    \\dt  only tables
\\d NAME  the columns, indexes and constraints of one
\\l       the databases of this server
\\q       back to the lesson (or Ctrl-D, or an empty line)";

const RELATIONS: &str = "SELECT n.nspname AS schema, c.relname AS name, \
     CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' \
     WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'foreign table' END AS kind, \
     pg_get_userbyid(c.relowner) AS owner \
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ";

const DATABASES: &str = "SELECT datname AS name, pg_get_userbyid(datdba) AS owner, \
     pg_encoding_to_char(encoding) AS encoding, datcollate AS collate \
     FROM pg_database WHERE NOT datistemplate ORDER BY 1";

/// What is asked of a relation, under which title; `{}` is its oid.
const PARTS: &[(&str, &str)] = &[
    (
        "columns",
        "SELECT a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, \
         CASE WHEN a.attnotnull THEN 'not null' ELSE '' END AS null, \
         CASE WHEN a.attidentity <> '' THEN 'identity' \
         WHEN a.attgenerated <> '' THEN 'generated: ' || pg_get_expr(d.adbin, d.adrelid) \
         ELSE coalesce(pg_get_expr(d.adbin, d.adrelid), '') END AS default \
         FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
         WHERE a.attrelid = {} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
    ),
    (
        "indexes",
        "SELECT c.relname AS index, pg_get_indexdef(i.indexrelid) AS definition \
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = {} ORDER BY 1",
    ),
    (
        "constraints",
        "SELECT conname AS constraint, pg_get_constraintdef(oid) AS definition \
         FROM pg_constraint WHERE conrelid = {} AND contype <> 'n' ORDER BY contype, 1",
    ),
    (
        "references to it",
        "SELECT conrelid::regclass AS table, pg_get_constraintdef(oid) AS definition \
         FROM pg_constraint WHERE confrelid = {} AND contype = 'f' ORDER BY 1, 2",
    ),
];

/// Answers what a learner typed. A failure of their SQL is an event like any other.
pub fn answer(stage: &mut Stage, text: &str) -> Result<Vec<Event>> {
    let text = text.trim();
    if !text.starts_with('\\') {
        return stage.query(text);
    }
    let mut words = text.trim_end_matches(';').splitn(2, char::is_whitespace);
    let command = words.next().unwrap_or_default();
    let name = words.next().map(str::trim).filter(|name| !name.is_empty());
    match (command, name) {
        ("\\?", _) => Ok(HELP.lines().map(|line| Event::Note(line.to_owned())).collect()),
        ("\\d", Some(name)) => describe(stage, name),
        ("\\d", None) => stage.query(&format!(
            "{RELATIONS} AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') ORDER BY 1, 2"
        )),
        ("\\dt", None) => {
            stage.query(&format!("{RELATIONS} AND c.relkind IN ('r', 'p') ORDER BY 1, 2"))
        }
        ("\\l", None) => stage.query(DATABASES),
        _ => Ok(vec![Event::Note(format!("There is no {text} here. \\? says what there is."))]),
    }
}

/// The parts of a relation that it has, a table each.
fn describe(stage: &mut Stage, name: &str) -> Result<Vec<Event>> {
    let literal = format!("'{}'", name.replace('\'', "''"));
    let found = stage.query(&format!("SELECT to_regclass({literal})::oid"))?;
    let oid = match found.as_slice() {
        [Event::Table(Table { rows, .. })] => match rows.first().and_then(|row| row.first()) {
            Some(Some(oid)) => oid.clone(),
            _ => {
                let text = format!("There is no relation {name}. \\d shows all of them.");
                return Ok(vec![Event::Note(text)]);
            }
        },
        // A transaction that has failed answers nothing, not even this.
        _ => return Ok(found),
    };
    let mut events = Vec::new();
    for (title, sql) in PARTS {
        for event in stage.query(&sql.replace("{}", &oid))? {
            let empty = matches!(&event, Event::Table(table) if table.rows.is_empty());
            if !empty {
                events.extend([Event::Note(format!("{name}: {title}")), event]);
            }
        }
    }
    Ok(events)
}

/// Whether SQL stops inside a string, a quoted name or a comment, where a semicolon ends nothing.
pub fn is_open(sql: &str) -> bool {
    let mut rest = sql;
    while let Some(at) = rest.find(['\'', '"', '$', '-', '/']) {
        let (from, quote) = (&rest[at..], &rest[at..=at]);
        let past = |end: &str, skip: usize| from[skip..].find(end).map(|at| at + skip + end.len());
        let next = match quote {
            "'" | "\"" => past(quote, 1),
            "-" if from.starts_with("--") => past("\n", 2),
            "/" if from.starts_with("/*") => past("*/", 2),
            "$" => match from[1..].find('$').map(|end| &from[..end + 2]) {
                Some(tag) if tag.chars().all(|c| c.is_alphanumeric() || "_$".contains(c)) => {
                    past(tag, tag.len())
                }
                _ => Some(1),
            },
            _ => Some(1),
        };
        match next {
            Some(next) => rest = &from[next..],
            None => return true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_open;

    #[test]
    fn a_semicolon_in_a_string_ends_nothing() {
        for open in
            ["SELECT 'a;", "SELECT \"a;", "SELECT $$a;", "DO $x$ b $y$;", "SELECT 1 -- a;", "/* ;"]
        {
            assert!(is_open(open), "{open}");
        }
        for closed in [
            "SELECT 'it''s';",
            "SELECT $1;",
            "SELECT $x$ ' $x$;",
            "SELECT 1 -- a\n;",
            "SELECT 4 / 2 - 1;",
        ] {
            assert!(!is_open(closed), "{closed}");
        }
    }
}
