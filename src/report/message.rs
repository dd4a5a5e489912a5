//! What is wrong with an answer, drawn: the same text everywhere, which whoever shows it may paint.

use super::look::{Look, PLAIN};
use super::{plan, server_error, table};
use crate::grade::kit::compare::Rows;
use crate::grade::message::{Message, Part};
use crate::grade::verdict::{Check, State};
use crate::lesson::event::Table;

/// Tables stand below a check, which has a margin.
const LOOK: Look = Look { width: 66, ..PLAIN };

/// The whole of it.
pub fn text(message: &Message) -> String {
    message.parts().iter().map(draw).collect()
}

/// A check with its message drawn.
pub fn told(check: &Check<Message>) -> Check {
    let state = match &check.state {
        State::Passed => State::Passed,
        State::Failed(message) => State::Failed(text(message)),
        State::NotTried(why) => State::NotTried(why.clone()),
    };
    Check { name: check.name.clone(), state }
}

fn draw(part: &Part) -> String {
    match part {
        Part::Text(text) => text.clone(),
        Part::Rows(rows) if rows.rows.is_empty() => "(no rows)".to_owned(),
        Part::Rows(rows) => table::draw(&as_table(rows), LOOK),
        Part::Plan(found) => plan::draw(found, PLAIN, false),
        Part::Error(error, sql) => server_error::draw(error, sql, PLAIN),
    }
}

fn as_table(rows: &Rows) -> Table {
    let columns = rows.columns.iter().map(|name| (name.clone(), String::new())).collect();
    Table { columns, rows: rows.cells(), time: None }
}
