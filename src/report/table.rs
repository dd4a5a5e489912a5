//! Result sets as tables.

use colored::Colorize;
use comfy_table::{Cell, CellAlignment, ContentArrangement, presets};

use super::look::Look;
use crate::lesson::event::Table;

/// The most characters of one value that are shown.
const LONGEST: usize = 400;

/// Draws a table no wider than the look allows: names and types above, numbers to the right.
pub fn draw(table: &Table, look: Look) -> String {
    let style =
        if look.unicode { presets::UTF8_FULL_CONDENSED } else { presets::ASCII_FULL_CONDENSED };
    let mut drawn = comfy_table::Table::new();
    drawn.load_style(style).set_content_arrangement(ContentArrangement::Dynamic);
    drawn.set_width(u16::try_from(look.width).unwrap_or(u16::MAX));
    let typed = table.columns.iter().any(|(_, ty)| !ty.is_empty());
    drawn.set_header(table.columns.iter().map(|(name, ty)| {
        let name = look.paint(&printable(name), |text| text.bold());
        let ty = look.paint(ty, |text| text.dimmed());
        Cell::new(if typed { format!("{name}\n{ty}") } else { name })
    }));
    for row in &table.rows {
        drawn.add_row(row.iter().enumerate().map(|(index, value)| {
            let cell = match value {
                Some(value) => Cell::new(printable(value)),
                None => Cell::new(look.paint("NULL", |text| text.dimmed())),
            };
            let ty = table.columns.get(index).map_or("", |(_, ty)| ty);
            if is_number(ty) { cell.set_alignment(CellAlignment::Right) } else { cell }
        }));
    }
    drawn.trim_fmt()
}

fn is_number(ty: &str) -> bool {
    ["smallint", "integer", "bigint", "numeric", "real", "double precision", "oid"].contains(&ty)
}

/// Cut to what a reader can use, and without what would move the cursor.
fn printable(value: &str) -> String {
    let mut text: String = value
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c })
        .collect();
    if value.chars().nth(LONGEST).is_some() {
        text.push('…');
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
