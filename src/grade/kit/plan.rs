//! Questions about how the server would run a statement, or has run it.
//!
//! A plan depends on how many rows there are and on what ANALYZE has counted: let the check's data
//! be large enough (some thousand rows), and run ANALYZE before you ask.

use postgres::types::Type;
use postgres::{Client, SimpleQueryMessage};

use super::trial::unseen;
use super::{Outcome, Statement, wrong};
use crate::error::Error;
use crate::grade::message::{Message, Part};
use crate::postgres::plan::Node;
pub use crate::postgres::plan::Plan;

/// Plans a statement. `values` are literals for `$1`, `$2`, …: `"42"`, `"'Ada'"`, `"NULL"`.
pub fn plan(client: &mut Client, sql: &str, values: &[&str]) -> Outcome<Plan> {
    let values: Vec<(u32, String)> = values.iter().map(|value| (0, (*value).to_owned())).collect();
    explain(client, sql, &values, false)
}

/// Runs a statement, rolls back what it did, and returns its plan with what was counted.
pub fn measure(client: &mut Client, sql: &str, values: &[&str]) -> Outcome<Plan> {
    let values: Vec<(u32, String)> = values.iter().map(|value| (0, (*value).to_owned())).collect();
    explain(client, sql, &values, true)
}

/// Plans a statement that went over the wire, with its own values.
pub fn plan_of(client: &mut Client, statement: &Statement) -> Outcome<Plan> {
    explain(client, &statement.sql, &literals(statement), false)
}

/// Runs a statement that went over the wire again, and rolls back what it did.
pub fn measure_of(client: &mut Client, statement: &Statement) -> Outcome<Plan> {
    explain(client, &statement.sql, &literals(statement), true)
}

/// The types and values of a statement's parameters.
fn literals(statement: &Statement) -> Vec<(u32, String)> {
    statement.params.iter().map(|param| (param.type_oid, param.to_string())).collect()
}

fn explain(
    client: &mut Client,
    sql: &str,
    values: &[(u32, String)],
    measured: bool,
) -> Outcome<Plan> {
    let how = if measured { "ANALYZE, TIMING OFF, FORMAT JSON" } else { "FORMAT JSON" };
    let mut steps = vec!["BEGIN".to_owned()];
    if values.is_empty() {
        steps.push(format!("EXPLAIN ({how}) {sql}"));
    } else {
        // Values of types that the record does not know are not known either.
        let known = values.iter().all(|(_, value)| !value.starts_with('<'));
        if measured && !known {
            let text = format!("values of this statement cannot be written again: {sql}");
            return Err(Error::Content(text).into());
        }
        let mode = if known { "force_custom_plan" } else { "force_generic_plan" };
        let types: Vec<String> = values.iter().map(|(oid, _)| type_name(*oid)).collect();
        let literal = |value: &String| if known { value.clone() } else { "NULL".to_owned() };
        let literals: Vec<String> = values.iter().map(|(_, value)| literal(value)).collect();
        steps.push(format!("SET LOCAL plan_cache_mode = {mode}"));
        steps.push(format!("PREPARE pglings_plan ({}) AS {sql}", types.join(", ")));
        steps.push(format!("EXPLAIN ({how}) EXECUTE pglings_plan ({})", literals.join(", ")));
    }
    let mut answer = Ok(Vec::new());
    for step in &steps {
        answer = client.simple_query(step);
        if answer.is_err() {
            break;
        }
    }
    let left = if values.is_empty() { "ROLLBACK" } else { "ROLLBACK; DEALLOCATE pglings_plan" };
    // It may not have come to the PREPARE.
    let _ = client.batch_execute(left);
    let messages = answer.map_err(|error| unseen(error, sql))?;
    let text: Vec<&str> = messages
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        })
        .collect();
    let plan = Plan::read(&text.join("\n"));
    plan.ok_or_else(|| Error::Bug("a plan that does not read".to_owned()).into())
}

/// A type's name, in quotes as the catalog has it; `unknown` lets the server find it out.
fn type_name(oid: u32) -> String {
    let known = Type::from_oid(oid).map(|kind| format!("pg_catalog.{:?}", kind.name()));
    known.unwrap_or_else(|| "unknown".to_owned())
}

impl Plan {
    /// The first node of this kind: `"Index Only Scan"`.
    pub fn node(&self, kind: &str) -> Option<&Node> {
        self.nodes().into_iter().find(|node| node.kind == kind)
    }

    /// It uses the index of this name.
    pub fn uses_index(&self, name: &str) -> Outcome<&Plan> {
        let uses = self.nodes().iter().any(|node| node.index.as_deref() == Some(name));
        self.holds(uses, || format!("the server does not use the index `{name}`:\n"))
    }

    /// Whether it reads the whole of a table, row by row. A partition is a table of its own.
    pub fn scans_whole(&self, table: &str) -> bool {
        let whole = |node: &&Node| node.kind == "Seq Scan" && node.table.as_deref() == Some(table);
        self.nodes().iter().any(whole)
    }

    /// It does not read the whole of a table.
    pub fn no_seq_scan(&self, table: &str) -> Outcome<&Plan> {
        self.holds(!self.scans_whole(table), || {
            format!("the server reads all of `{table}` to find what is asked for:\n")
        })
    }

    /// There is no sort in it: the rows come in the order that is wanted.
    pub fn no_sort(&self) -> Outcome<&Plan> {
        let sorts = self.node("Sort").or_else(|| self.node("Incremental Sort")).is_some();
        self.holds(!sorts, || {
            "the server sorts the rows; an index could have the order:\n".to_owned()
        })
    }

    /// How many rows were read from tables, those that were thrown away too. Only of a statement
    /// that was measured.
    pub fn rows_read(&self) -> Outcome<u64> {
        if !self.measured {
            return Err(Error::Content("rows are counted by `measure` only".to_owned()).into());
        }
        let nodes = self.nodes().into_iter();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is a count"
        )]
        Ok(nodes.filter(|n| n.table.is_some() && !n.changes()).map(|n| n.rows).sum::<f64>() as u64)
    }

    /// Not more than this many rows were read from tables.
    pub fn reads_at_most(&self, most: u64) -> Outcome<&Plan> {
        let read = self.rows_read()?;
        self.holds(read <= most, || {
            format!("the server read {read} rows; {most} or fewer would do:\n")
        })
    }

    /// That it does not hold is told with the whole plan below.
    fn holds(&self, holds: bool, sentence: impl FnOnce() -> String) -> Outcome<&Plan> {
        match holds {
            true => Ok(self),
            false => wrong(Message::from(sentence()).with(Part::Plan(self.clone()))),
        }
    }
}

impl Node {
    /// Whether it is the node of an INSERT, UPDATE, DELETE or MERGE, which has a table too.
    fn changes(&self) -> bool {
        self.kind == "ModifyTable"
    }
}
