//! The ready-made questions, as a check asks them.

use serde_json::Value;

use super::{Called, Mark, Outcome, Plan, Statement, Table, Trial, Wire, catalog, ensure, plan};

impl Trial<'_> {
    /// A table of the check's database.
    pub fn table(&mut self, name: &str) -> Outcome<Table> {
        catalog::table(self.client()?, name)
    }

    /// The database has to refuse this SQL with this SQLSTATE; nothing of it stays.
    /// `t.refuses("INSERT …", "23503", "a child without a parent")`
    pub fn refuses(&mut self, sql: &str, sqlstate: &str, what: &str) -> Outcome {
        catalog::refuses(self.client()?, sql, sqlstate, what)
    }

    /// The database has to take this SQL; nothing of it stays.
    pub fn accepts(&mut self, sql: &str, what: &str) -> Outcome {
        catalog::accepts(self.client()?, sql, what)
    }

    /// What the last call sent.
    pub fn sent(&mut self) -> Outcome<Wire> {
        Ok(Wire::of(self.statements()?))
    }

    /// What several calls sent together:
    /// `let before = t.mark(); … t.sent_since(before)?.parsed_once("INSERT INTO users")?`
    pub fn sent_since(&mut self, mark: Mark) -> Outcome<Wire> {
        Ok(Wire::of(self.statements_since(mark)?))
    }

    /// A call asks the server once at the most. `how` says what would do it in one: "a join brings
    /// all of it in one". Whether its result is right is the business of another check.
    pub fn one_query(&mut self, function: &str, arguments: Value, how: &str) -> Outcome {
        let called = self.call::<Value>(function, arguments).and_then(Called::ok);
        let count = self.sent()?.count_of("SELECT");
        if count == 0 {
            // What was never sent is not written yet.
            called?;
        }
        ensure(
            count <= 1,
            format!(
                "`{function}` asked the server {count} times. Each question is a trip to the \
                 server; {how}."
            ),
        )
    }

    /// How the server would run a statement. `values` are literals for `$1`, `$2`, …: `"'Ada'"`.
    pub fn plan(&mut self, sql: &str, values: &[&str]) -> Outcome<Plan> {
        plan::plan(self.client()?, sql, values)
    }

    /// How the server would run a statement that the answer sent, with the values it sent.
    pub fn plan_of(&mut self, statement: &Statement) -> Outcome<Plan> {
        plan::plan_of(self.client()?, statement)
    }

    /// Runs a statement and counts the rows that are read; what it did is rolled back.
    pub fn measure(&mut self, sql: &str, values: &[&str]) -> Outcome<Plan> {
        plan::measure(self.client()?, sql, values)
    }

    /// Runs a statement that the answer sent once more, and counts the rows that are read; what it
    /// did is rolled back.
    pub fn measure_of(&mut self, statement: &Statement) -> Outcome<Plan> {
        plan::measure_of(self.client()?, statement)
    }
}
