//! The statements that went over the wire, for `--echo`.

use colored::Colorize;

use super::look::Look;
use crate::postgres::tap::{Protocol, Statement, TransactionStatus};

/// One statement: which connection, how, what, with which parameters, and what came of it.
pub fn draw(statement: &Statement, look: Look) -> String {
    let how = match statement.protocol {
        Protocol::Simple => "simple query",
        Protocol::Prepare => "prepare",
        Protocol::Extended if statement.parsed => "parse, bind, execute",
        Protocol::Extended => "bind, execute",
    };
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
    let head = format!(
        "{} connection {}: {how}{transaction} {} {what}, {}",
        look.sign("⇄", "<->"),
        statement.connection,
        look.sign("→", "->"),
        milliseconds(statement.duration),
    );
    let mut text = look.paint(&head, |text| text.magenta());
    for line in statement.sql.lines() {
        text.push_str(&format!("\n    {line}"));
    }
    for (index, param) in statement.params.iter().enumerate() {
        text.push_str(&format!("\n    ${} = {param}", index + 1));
    }
    text
}

/// `1.23 ms`.
pub fn milliseconds(time: std::time::Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
