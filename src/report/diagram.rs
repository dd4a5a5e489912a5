//! Tables and what refers to what, as an entity-relationship diagram.
//!
//! Tables stand below each other, so that it fits any screen. A line in the margin runs from a key
//! to each column that refers to it; its ends say how many rows there may be: `1` or `0..1` at the
//! key, `n` or `0..1` at the column that refers.

use colored::Colorize;
use textwrap::core::display_width;

use super::look::Look;
use crate::postgres::schema::{Column, Reference, Schema, Table};

/// A line between two rows of the drawing, in a lane of the margin.
struct Link {
    from: usize,
    to: usize,
    many: &'static str,
    one: &'static str,
    lane: usize,
}

/// Draws a schema.
pub fn draw(schema: &Schema, look: Look) -> String {
    if look.spoken {
        return spoken(schema);
    }
    let mut rows: Vec<String> = Vec::new();
    let mut places: Vec<(&str, &str, usize)> = Vec::new();
    let mut widths = widths(schema);
    let lanes = schema.references.len().min(schema.tables.len());
    let inner = |widths: [usize; 3]| widths.iter().sum::<usize>() + 6;
    if inner(widths) + 2 + NUMBERS + lanes * LANE > look.width {
        // Where there is little room, types go.
        widths[2] = 0;
    }
    let inner = inner(widths);
    for table in &schema.tables {
        rows.push(top(&table.name, inner, look));
        for column in &table.columns {
            places.push((&table.name, &column.name, rows.len()));
            rows.push(row(schema, table, column, widths, look));
        }
        let (left, line, right) = (look.sign("└", "+"), look.sign("─", "-"), look.sign("┘", "+"));
        rows.push(format!("{left}{}{right}", line.repeat(inner)));
    }
    let mut links: Vec<Link> =
        schema.references.iter().filter_map(|one| link(schema, one, &places)).collect();
    assign_lanes(&mut links);
    for (index, text) in rows.iter_mut().enumerate() {
        text.push_str(&margin(index, &links, look));
    }
    let legend = look
        .paint("PK primary key, FK foreign key, U unique; * may not be NULL", |text| text.dimmed());
    rows.push(legend);
    rows.iter().map(|row| row.trim_end()).collect::<Vec<_>>().join("\n")
}

/// The same in sentences: a line a column, with what it refers to.
fn spoken(schema: &Schema) -> String {
    let mut lines = Vec::new();
    for table in &schema.tables {
        lines.push(format!("Table {}.", table.name));
        for column in &table.columns {
            let mut words = vec![short(&column.kind).to_owned()];
            let facts = [
                (column.primary, "primary key"),
                (column.unique && !column.primary, "unique"),
                (column.required && !column.primary, "may not be NULL"),
            ];
            words.extend(facts.iter().filter(|fact| fact.0).map(|fact| fact.1.to_owned()));
            let here = |r: &&Reference| r.from == table.name && r.column == column.name;
            let references = schema.references.iter().filter(here);
            words.extend(references.map(|reference| format!("refers to {}", reference.to)));
            lines.push(format!("{}: {}", column.name, words.join(", ")));
        }
        lines.push(String::new());
    }
    lines.join("\n").trim_end().to_owned()
}

/// The columns of the drawing: marks, names, types.
fn widths(schema: &Schema) -> [usize; 3] {
    let columns = || schema.tables.iter().flat_map(|table| &table.columns);
    let name = columns().map(|column| display_width(&column.name)).max().unwrap_or(0);
    let kind = columns().map(|column| display_width(short(&column.kind))).max().unwrap_or(0);
    let table = schema.tables.iter().map(|table| display_width(&table.name)).max().unwrap_or(0);
    [5, (name + 1).max(table.saturating_sub(kind)), kind]
}

fn top(name: &str, inner: usize, look: Look) -> String {
    let (left, line, right) = (look.sign("┌", "+"), look.sign("─", "-"), look.sign("┐", "+"));
    let rest = line.repeat(inner.saturating_sub(display_width(name) + 3));
    let name = look.paint(name, |text| text.bold());
    format!("{left}{line} {name} {rest}{right}")
}

fn row(schema: &Schema, table: &Table, column: &Column, widths: [usize; 3], look: Look) -> String {
    let refers = schema.references.iter().any(|r| r.from == table.name && r.column == column.name);
    let mut marks = Vec::new();
    if column.primary {
        marks.push("PK");
    }
    if refers {
        marks.push("FK");
    }
    if column.unique && !column.primary {
        marks.push("U");
    }
    let [mark, name, kind] = widths;
    let title = format!("{}{}", column.name, if column.required { "*" } else { "" });
    let side = look.sign("│", "|");
    let marks = look.paint(&format!("{:<mark$}", marks.join(" ")), |text| text.magenta());
    let text = if kind > 0 { short(&column.kind) } else { "" };
    let kind = look.paint(&format!("{text:<kind$}"), |text| text.dimmed());
    let gap = " ".repeat(name.saturating_sub(display_width(&title)));
    format!("{side} {marks}  {title}{gap}  {kind} {side}")
}

/// A type by its short name: two words of the standard take more room than they are worth.
fn short(kind: &str) -> &str {
    match kind {
        "timestamp with time zone" => "timestamptz",
        "timestamp without time zone" => "timestamp",
        "character varying" => "varchar",
        "double precision" => "float8",
        kind => kind,
    }
}

fn link(schema: &Schema, reference: &Reference, places: &[(&str, &str, usize)]) -> Option<Link> {
    let table = |name: &str| schema.tables.iter().find(|table| table.name == name);
    let column = table(&reference.from)?.columns.iter().find(|c| c.name == reference.column)?;
    let key = table(&reference.to)?.columns.iter().find(|column| column.primary)?;
    let place = |table: &str, column: &str| {
        places.iter().find(|(t, c, _)| *t == table && *c == column).map(|(_, _, row)| *row)
    };
    Some(Link {
        from: place(&reference.from, &reference.column)?,
        to: place(&reference.to, &key.name)?,
        many: if column.unique { "0..1" } else { "n" },
        one: if column.required { "1" } else { "0..1" },
        lane: 0,
    })
}

/// Gives each link the lane nearest to the tables that is free all along it. Links to one key share
/// a lane, since they are one line with branches.
fn assign_lanes(links: &mut [Link]) {
    let mut keys: Vec<usize> = links.iter().map(|link| link.to).collect();
    keys.dedup();
    keys.sort_unstable();
    keys.dedup();
    let span = |links: &[Link], key: usize| {
        let ends = links.iter().filter(|link| link.to == key).flat_map(|link| [link.from, link.to]);
        let ends: Vec<usize> = ends.collect();
        (ends.iter().min().copied().unwrap_or(0), ends.iter().max().copied().unwrap_or(0))
    };
    // Short ones first: a long one runs outside of those that it passes.
    keys.sort_by_key(|key| {
        let (first, last) = span(links, *key);
        last - first
    });
    let mut taken: Vec<(usize, usize, usize)> = Vec::new();
    for key in keys {
        let (first, last) = span(links, key);
        let lane = (0..)
            .find(|lane| taken.iter().all(|(l, f, t)| l != lane || last < *f || first > *t))
            .unwrap_or(0);
        taken.push((lane, first, last));
        for link in links.iter_mut().filter(|link| link.to == key) {
            link.lane = lane;
        }
    }
}

/// How far lanes are apart, and the room for the numbers before the first.
const LANE: usize = 3;
const NUMBERS: usize = 6;

fn margin(row: usize, links: &[Link], look: Look) -> String {
    let lanes = links.iter().map(|link| link.lane + 1).max().unwrap_or(0);
    let mut cells: Vec<&str> = vec![" "; NUMBERS + lanes * LANE];
    // Lines downwards first, then what crosses or meets them.
    for link in links {
        let (first, last) = (link.from.min(link.to), link.from.max(link.to));
        if (first..=last).contains(&row) {
            cells[NUMBERS + link.lane * LANE] = look.sign("│", "|");
        }
    }
    let mut label = "";
    for link in links.iter().filter(|link| link.from == row || link.to == row) {
        label = if link.from == row { link.many } else { link.one };
        let at = NUMBERS + link.lane * LANE;
        for cell in &mut cells[..at] {
            *cell = match *cell {
                " " | "─" | "-" => look.sign("─", "-"),
                _ => look.sign("┼", "+"),
            };
        }
        let rows = links.iter().filter(|other| other.lane == link.lane && other.to == link.to);
        let ends: Vec<usize> = rows.flat_map(|other| [other.from, other.to]).collect();
        let corner = if ends.iter().all(|end| *end >= row) {
            look.sign("┐", "+")
        } else if ends.iter().all(|end| *end <= row) {
            look.sign("┘", "+")
        } else {
            look.sign("┤", "+")
        };
        cells[at] = corner;
    }
    let mut line: String = cells.concat();
    if !label.is_empty() {
        let dash = look.sign("─", "-");
        let head: String = line.chars().skip(label.len() + 1).collect();
        line = format!("{dash}{label}{head}");
    }
    look.paint(line.trim_end(), |text| text.cyan())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::look::PLAIN;

    fn column(name: &str, required: bool, primary: bool) -> Column {
        let kind = "timestamp with time zone".to_owned();
        Column { name: name.to_owned(), kind, required, primary, unique: primary }
    }

    fn reference(from: &str, column: &str, to: &str) -> Reference {
        Reference { from: from.into(), column: column.into(), to: to.into() }
    }

    #[test]
    fn tables_are_joined_by_lines_with_numbers_at_their_ends() {
        let tables = vec![
            Table { name: "users".into(), columns: vec![column("id", true, true)] },
            Table {
                name: "children".into(),
                columns: vec![column("id", true, true), column("parent_id", true, false)],
            },
            Table {
                name: "talks".into(),
                columns: vec![column("user_id", true, false), column("child_id", false, false)],
            },
        ];
        let references = vec![
            reference("children", "parent_id", "users"),
            reference("talks", "user_id", "users"),
            reference("talks", "child_id", "children"),
        ];
        let schema = Schema { tables, references };
        let drawn = draw(&schema, Look { width: 60, ..PLAIN });
        let expected = "\
┌─ users ────────────────────────┐
│ PK     id*         timestamptz │─1───────┐
└────────────────────────────────┘         │
┌─ children ─────────────────────┐         │
│ PK     id*         timestamptz │─0..1─┐  │
│ FK     parent_id*  timestamptz │─n────┼──┤
└────────────────────────────────┘      │  │
┌─ talks ────────────────────────┐      │  │
│ FK     user_id*    timestamptz │─n────┼──┘
│ FK     child_id    timestamptz │─n────┘
└────────────────────────────────┘
PK primary key, FK foreign key, U unique; * may not be NULL";
        assert_eq!(drawn, expected, "{drawn}");
        let narrow = draw(&schema, Look { width: 40, ..PLAIN });
        assert!(narrow.lines().rev().skip(1).all(|line| display_width(line) <= 40), "{narrow}");
    }
}
