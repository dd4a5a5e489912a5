//! Result sets as tables.

use colored::Colorize;
use comfy_table::{Cell, CellAlignment, ContentArrangement, presets};

use super::look::Look;
use crate::lesson::event::Table;

/// The most characters of one value that are shown.
const LONGEST: usize = 400;

/// Draws a table no wider than the look allows: names and types above, numbers to the right.
pub fn draw(table: &Table, look: Look) -> String {
    if look.spoken {
        return spoken(table, look);
    }
    let style =
        if look.unicode { presets::UTF8_FULL_CONDENSED } else { presets::ASCII_FULL_CONDENSED };
    let mut drawn = comfy_table::Table::new();
    drawn.load_style(style).set_content_arrangement(ContentArrangement::Dynamic);
    drawn.set_width(u16::try_from(look.width).unwrap_or(u16::MAX));
    let typed = table.columns.iter().any(|(_, ty)| !ty.is_empty());
    drawn.set_header(table.columns.iter().map(|(name, ty)| {
        let name = look.paint(&printable(name, look), |text| text.bold());
        let ty = look.paint(ty, |text| text.dimmed());
        Cell::new(if typed { format!("{name}\n{ty}") } else { name })
    }));
    for row in &table.rows {
        drawn.add_row(row.iter().enumerate().map(|(index, value)| {
            let cell = match value {
                Some(value) => Cell::new(printable(value, look)),
                None => Cell::new(look.paint("NULL", |text| text.dimmed())),
            };
            let ty = table.columns.get(index).map_or("", |(_, ty)| ty);
            if is_number(ty) { cell.set_alignment(CellAlignment::Right) } else { cell }
        }));
    }
    drawn.trim_fmt()
}

/// A line a value, with the name of its column before it, and an empty line between rows.
fn spoken(table: &Table, look: Look) -> String {
    let row = |(index, row): (usize, &Vec<Option<String>>)| {
        let mut lines = vec![format!("Row {} of {}.", index + 1, table.rows.len())];
        for ((name, _), value) in table.columns.iter().zip(row) {
            let value = value.as_deref().map_or("NULL".to_owned(), |value| printable(value, look));
            lines.push(format!("{}: {value}", printable(name, look)));
        }
        lines.join("\n")
    };
    let columns = table.columns.iter().map(|(name, ty)| format!("{} {ty}", printable(name, look)));
    let columns = columns.map(|column| column.trim_end().to_owned()).collect::<Vec<_>>();
    let head = format!("Columns: {}.", columns.join(", "));
    let rows = table.rows.iter().enumerate().map(row);
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n\n")
}

fn is_number(ty: &str) -> bool {
    ["smallint", "integer", "bigint", "numeric", "real", "double precision", "oid"].contains(&ty)
}

/// Cut to what a reader can use, and without what would move the cursor.
fn printable(value: &str, look: Look) -> String {
    let mut text: String = value
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c })
        .collect();
    if value.chars().nth(LONGEST).is_some() {
        text.push_str(look.sign("…", "..."));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::look::PLAIN;

    #[test]
    fn null_is_told_from_the_empty_string() {
        let table = Table {
            columns: vec![("id".into(), "integer".into()), ("note".into(), "text".into())],
            rows: vec![vec![Some("7".into()), None], vec![Some("12".into()), Some(String::new())]],
            time: None,
        };
        let text = draw(&table, PLAIN);
        assert_eq!(text.matches("NULL").count(), 1, "{text}");
        assert!(text.contains("│       7 ┆"), "{text}");
    }

    #[test]
    fn a_reader_hears_the_column_before_each_value() {
        let table = Table {
            columns: vec![("id".into(), "integer".into()), ("note".into(), "text".into())],
            rows: vec![vec![Some("7".into()), None], vec![Some("12".into()), Some("a".into())]],
            time: None,
        };
        let text = draw(&table, Look { spoken: true, unicode: false, ..PLAIN });
        let expected = "Columns: id integer, note text.\n\nRow 1 of 2.\nid: 7\nnote: NULL\n\n\
                        Row 2 of 2.\nid: 12\nnote: a";
        assert_eq!(text, expected);
    }

    #[test]
    fn wide_and_combining_characters_align() {
        let texts = ["abc", "山田", "e\u{301}te\u{301}", "각", "🦀", "a\u{200d}b"];
        let table = Table {
            columns: vec![("name".into(), "text".into()), ("n".into(), "integer".into())],
            rows: texts.iter().map(|text| vec![Some((*text).into()), Some("1".into())]).collect(),
            time: None,
        };
        let drawn = draw(&table, PLAIN);
        let widths: Vec<usize> = drawn.lines().map(textwrap::core::display_width).collect();
        assert!(widths.windows(2).all(|two| two[0] == two[1]), "{widths:?}\n{drawn}");
    }

    #[test]
    fn a_table_keeps_to_its_width_with_wide_characters() {
        let table = Table {
            columns: vec![("名前".into(), "text".into()), ("x".into(), "text".into())],
            rows: vec![vec![Some("山田太郎".repeat(9)), Some("é".repeat(60))]],
            time: None,
        };
        for width in [20, 40, 80] {
            for line in draw(&table, Look { width, ..PLAIN }).lines() {
                assert!(textwrap::core::display_width(line) <= width, "{width}: {line}");
            }
        }
    }
}
