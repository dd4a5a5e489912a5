//! The statements that went over the wire, for `--echo`.

use colored::Colorize;

use super::look::Look;
use crate::postgres::tap::{Protocol, Statement, TransactionStatus};

/// Statements, a few lines each. One that was prepared and then run at once is told once.
pub fn draw(statements: &[Statement], look: Look) -> Vec<String> {
    let mut drawn = Vec::new();
    let mut prepared: Option<&Statement> = None;
    for statement in statements {
        if let Some(waiting) = prepared.take() {
            let goes_on = statement.protocol == Protocol::Extended
                && statement.sql == waiting.sql
                && statement.connection == waiting.connection;
            drawn.push(match goes_on {
                true => one(statement, "prepare; bind, execute", look),
                false => one(waiting, "prepare", look),
            });
            if goes_on {
                continue;
            }
        }
        match statement.protocol {
            Protocol::Prepare if statement.error.is_none() => prepared = Some(statement),
            Protocol::Prepare => drawn.push(one(statement, "prepare", look)),
            Protocol::Simple => drawn.push(one(statement, "simple query", look)),
            Protocol::Extended if statement.parsed => {
                drawn.push(one(statement, "parse, bind, execute", look));
            }
            Protocol::Extended => drawn.push(one(statement, "bind, execute", look)),
        }
    }
    drawn.extend(prepared.map(|waiting| one(waiting, "prepare", look)));
    drawn
}

/// One statement: which connection, how, what, with which parameters, and what came of it.
fn one(statement: &Statement, how: &str, look: Look) -> String {
    let transaction = match statement.after {
        TransactionStatus::Idle => "",
        TransactionStatus::InTransaction => ", in a transaction",
        TransactionStatus::Failed => ", in a failed transaction",
    };
    let what = match (&statement.error, statement.tags.last()) {
        (Some(error), _) => format!("SQLSTATE {}", error.sqlstate),
        (None, Some(tag)) => tag.clone(),
        (None, None) => "ready".to_owned(),
    };
    // An arrow is a comma to who listens.
    let (both, to) = match look.spoken {
        true => ("Wire:", ","),
        false => (look.sign("⇄", "<->"), look.sign(" →", " ->")),
    };
    let head = format!(
        "{both} connection {}: {how}{transaction}{to} {what}, {}",
        statement.connection,
        milliseconds(statement.duration),
    );
    let mut text = look.paint(&head, |text| text.magenta());
    for line in statement.sql.lines() {
        text.push_str(&format!("\n    {line}"));
    }
    for (index, param) in statement.params.iter().enumerate() {
        let mut param = param.to_string();
        // Ours, where a long value was cut.
        if !look.unicode && param.ends_with("…'") {
            param = param.replace("…'", "...'");
        }
        text.push_str(&format!("\n    ${} = {param}", index + 1));
    }
    text
}

/// `1.23 ms`.
pub fn milliseconds(time: std::time::Duration) -> String {
    milliseconds_of(time.as_secs_f64() * 1000.0)
}

/// The same of a number of milliseconds.
pub fn milliseconds_of(time: f64) -> String {
    format!("{time:.2} ms")
}
