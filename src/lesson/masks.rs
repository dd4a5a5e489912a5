//! What varies from run to run: times, versions, ports, names of databases, identifiers that the server
//! makes up. It is masked by rule, so that what is shown of a lesson is the same everywhere.

use super::event::Table;
use super::run::Stage;
use crate::error::{Error, Result};
use crate::postgres::database::LOGIN;

/// What this run made up.
pub(crate) struct Masks {
    /// Texts that stand for something, longest first.
    known: Vec<(String, &'static str)>,
}

impl Masks {
    /// Of a lesson that is being walked.
    pub(crate) fn of(stage: &Stage) -> Result<Masks> {
        let database = stage.database();
        let version: String = {
            let mut client = database.admin.connect()?;
            let row = client.query_one("SHOW server_version", &[]);
            row.map_err(|source| Error::Server { context: "no version".into(), source })?.get(0)
        };
        let number = version.split(' ').next().unwrap_or_default().to_owned();
        let mut known = vec![
            (format!("{}{LOGIN}", database.name), "‹user›"),
            (database.name.clone(), "‹database›"),
            (version, "‹version›"),
            (number, "‹version›"),
            (stage.port().to_string(), "‹port›"),
        ];
        known.retain(|(text, _)| text.len() > 1);
        Ok(Masks { known })
    }

    /// A table without it.
    pub(crate) fn table(&self, table: &Table) -> Table {
        let cell = |index: usize, value: &Option<String>| {
            let (name, ty) = table.columns.get(index).map_or(("", ""), |(n, t)| (n, t));
            value.as_ref().map(|value| self.value(name, ty, value))
        };
        let row =
            |row: &Vec<Option<String>>| row.iter().enumerate().map(|(i, v)| cell(i, v)).collect();
        Table { rows: table.rows.iter().map(row).collect(), ..table.clone() }
    }

    /// By the column's name and type: process ids, moments of this run, random identifiers.
    fn value(&self, name: &str, ty: &str, value: &str) -> String {
        if ["pid", "backend_pid", "pg_backend_pid"].contains(&name) {
            return "‹pid›".to_owned();
        }
        match ty {
            "timestamptz" | "timestamp" if is_recent(value) => "‹now›".to_owned(),
            "date" if value == chrono::Utc::now().date_naive().to_string() => "‹today›".to_owned(),
            "uuid" => "‹uuid›".to_owned(),
            "interval" => "‹interval›".to_owned(),
            _ => self.text(value),
        }
    }

    /// A text without it.
    pub(crate) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (known, mask) in &self.known {
            text = replace_whole(&text, known, mask);
        }
        mask_times(&text)
    }
}

/// Replaces a text where it is not a part of a longer number: a port may be in the middle of one.
fn replace_whole(text: &str, known: &str, mask: &str) -> String {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(known) {
        let last = before.chars().next_back().or(out.chars().next_back());
        let begins = digit(known.chars().next()) && digit(last);
        let ends = digit(known.chars().next_back()) && digit(after.chars().next());
        out.push_str(before);
        out.push_str(if begins || ends { known } else { mask });
        rest = after;
    }
    out + rest
}

/// Within a day of now: made by this run. The rows of fixtures are older.
fn is_recent(value: &str) -> bool {
    let moment = value
        .get(..19)
        .and_then(|text| chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok());
    moment.is_some_and(|moment| (chrono::Utc::now().naive_utc() - moment).num_hours().abs() < 24)
}

/// `12.3 ms` becomes `‹time›`: a number before a unit of time.
pub(crate) fn mask_times(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut out: Vec<String> = Vec::new();
    for word in words {
        let unit = word.trim_end_matches([',', '.', ')', ';']);
        let number = out.last().is_some_and(|last| {
            let last = last.trim_start_matches('(');
            last.contains('.') && last.parse::<f64>().is_ok()
        });
        if number && ["ms", "s", "µs"].contains(&unit) {
            out.pop();
            out.push(format!("‹time›{}", &word[unit.len()..]));
        } else {
            out.push(word.to_owned());
        }
    }
    out.join(" ")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::lesson::run::PORTS;

    #[test]
    fn times_are_masked_and_other_numbers_are_not() {
        assert_eq!(mask_times("took 12.35 ms, 3 rows"), "took ‹time›, 3 rows");
        assert_eq!(mask_times("costs 1.5 euros and 2 s"), "costs 1.5 euros and 2 s");
    }

    #[test]
    fn a_port_is_masked_and_the_digits_of_a_longer_number_are_not() {
        let masked = replace_whole("at 35294, or 76.235294117; 35294", "35294", "‹port›");
        assert_eq!(masked, "at ‹port›, or 76.235294117; ‹port›");
    }

    #[test]
    fn no_number_of_a_lesson_may_be_its_port() {
        for lesson in crate::lesson::catalogue::lessons() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(lesson.transcript_path());
            let text = std::fs::read_to_string(path).unwrap_or_default();
            assert!(!text.is_empty(), "{} has no transcript", lesson.stem);
            let numbers = text.split(|c: char| !c.is_ascii_digit());
            let ports: Vec<&str> = numbers
                .filter(|number| number.parse().is_ok_and(|number| PORTS.contains(&number)))
                .collect();
            assert!(
                ports.is_empty(),
                "{}: taken for its port, {ports:?} may be masked",
                lesson.stem
            );
        }
    }

    #[test]
    fn moments_of_this_run_are_told_from_a_fixtures() {
        let now = chrono::Utc::now().format("%Y-%m-%d %H:%M:%S%.6f+00").to_string();
        assert!(is_recent(&now));
        assert!(!is_recent("2025-12-31 23:58:00+00"));
        assert!(!is_recent("soon"));
    }
}
