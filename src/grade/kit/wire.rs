//! Questions about what an answer sent.
//!
//! They are asked of the record of the last call, or of several
//! ([`Trial::sent_since`](super::Trial::sent_since)). What an earlier call has set for the whole
//! session is not known here; [`Trial::disconnect`](super::Trial::disconnect) before the call makes
//! the record whole.

use super::sql::{Command, commands};
use super::transactions::{self, Transaction};
use super::{Isolation, Outcome, Protocol, Statement, TransactionStatus, ensure, wrong};

/// What went over the wire, without what a client asks for its own purposes.
#[derive(Debug, Clone, Default)]
pub struct Wire {
    /// All of it, bare prepares too.
    all: Vec<Statement>,
    /// What was to be run.
    ran: Vec<Statement>,
}

impl Wire {
    /// From a record of the tap, in the order of sending.
    pub fn of(statements: impl IntoIterator<Item = Statement>) -> Wire {
        let all: Vec<Statement> = statements.into_iter().filter(|s| !is_internal(s)).collect();
        let ran = all.iter().filter(|s| s.protocol != Protocol::Prepare).cloned().collect();
        Wire { all, ran }
    }

    /// How many transactions were begun, with BEGIN or as the clients do it.
    pub fn begun(&self) -> usize {
        transactions::of(&self.ran).iter().filter(|transaction| transaction.explicit).count()
    }

    /// The statements that were to be run: no bare prepares. One may hold several commands.
    pub fn statements(&self) -> &[Statement] {
        &self.ran
    }

    /// How many commands do this: `"insert"`. A CTE that inserts makes its statement an insert too;
    /// case, comments and strings do not matter.
    pub fn count_of(&self, verb: &str) -> usize {
        let verb = verb.to_lowercase();
        self.commands().filter(|(_, command)| command.verbs().contains(&verb.as_str())).count()
    }

    /// Exactly this many commands do this.
    pub fn exactly(&self, wanted: usize, verb: &str) -> Outcome<&Wire> {
        self.counted(verb, wanted, &wanted.to_string(), |count| count == wanted)
    }

    /// Not more than this many commands do this.
    pub fn at_most(&self, most: usize, verb: &str) -> Outcome<&Wire> {
        self.counted(verb, most, &format!("{most} or fewer"), |count| count <= most)
    }

    fn counted(
        &self,
        verb: &str,
        limit: usize,
        be: &str,
        holds: impl Fn(usize) -> bool,
    ) -> Outcome<&Wire> {
        let (count, verb) = (self.count_of(verb), verb.to_uppercase());
        let (plural, be) = (if count == 1 { "" } else { "s" }, if limit == 1 { "one" } else { be });
        ensure(
            holds(count),
            format!("the server was sent {count} {verb}{plural}; it has to be {be}."),
        )?;
        Ok(self)
    }

    /// No SQL has one of these texts in it: the values travel beside the SQL. Give parts of values
    /// that cannot stand in the SQL otherwise.
    pub fn bound(&self, values: &[&str]) -> Outcome<&Wire> {
        for statement in &self.all {
            let pasted = |value: &&&str| {
                let doubled = value.replace('\'', "''");
                statement.sql.contains(**value) || statement.sql.contains(&doubled)
            };
            if let Some(value) = values.iter().find(pasted) {
                return wrong(format!(
                    "the server was sent this SQL, with the value {value} in it:\n    {}\nWrite $1 \
                     in its place and pass the value as a parameter.",
                    indented(&statement.sql)
                ));
            }
        }
        Ok(self)
    }

    /// All that was written, and was not rolled back, was written in one transaction: by one
    /// statement, or between one BEGIN and its end. Transactions that failed before and were tried
    /// again do not count.
    pub fn in_one_transaction(&self) -> Outcome<&Wire> {
        let transactions = transactions::of(&self.ran);
        let mut writing = transactions.iter().filter(|t| !t.writes.is_empty() && t.kept);
        let (Some(first), Some(second)) = (writing.next(), writing.next()) else {
            return Ok(self);
        };
        let alone = [first, second].into_iter().find(|t| !t.explicit).unwrap_or(second);
        let sql = alone.writes.first().map(|sql| indented(sql)).unwrap_or_default();
        if first.connection != second.connection {
            return wrong(format!(
                "what belongs together went over two connections, so it is not in one transaction. \
                 This was sent beside the rest:\n    {sql}"
            ));
        }
        wrong(format!(
            "not everything was written in one transaction. This took effect by itself, and others \
             can see it without the rest:\n    {sql}"
        ))
    }

    /// The isolation level that the work was done at: of the last transaction that wrote, else of
    /// the last that a BEGIN opened, else of the last at all. Known from the SQL that was sent.
    pub fn isolation(&self) -> Isolation {
        let transactions = transactions::of(&self.ran);
        let last = |wanted: fn(&&Transaction) -> bool| transactions.iter().rev().find(wanted);
        last(|t| !t.writes.is_empty())
            .or_else(|| last(|t| t.explicit))
            .or_else(|| transactions.last())
            .map_or(Isolation::ReadCommitted, |transaction| transaction.isolation)
    }

    /// The work was done at this isolation level, or at a stricter one.
    pub fn isolated(&self, least: Isolation) -> Outcome<&Wire> {
        let level = self.isolation();
        ensure(level >= least, format!("the transaction ran at {level}; it has to be {least}."))?;
        Ok(self)
    }

    /// Whether something was written and stayed: committed, or by a statement of its own.
    pub fn committed(&self) -> bool {
        transactions::of(&self.ran).iter().any(|t| !t.writes.is_empty() && t.kept && !t.open)
    }

    /// How often the server parsed SQL with this text in it (case and white space do not matter). A
    /// statement that was prepared once and run often was parsed once.
    pub fn parses(&self, of: &str) -> usize {
        let of = plain(of);
        let mut waiting = Vec::new();
        let mut parses = 0;
        for statement in self.all.iter().filter(|s| plain(&s.sql).contains(&of) && s.parsed) {
            let name = (statement.connection, &statement.prepared, &statement.sql);
            if statement.protocol == Protocol::Prepare {
                waiting.push(name);
            } else if let Some(place) = waiting.iter().position(|prepared| *prepared == name) {
                // The first run of what a bare prepare has parsed.
                waiting.remove(place);
                continue;
            }
            parses += 1;
        }
        parses
    }

    /// Nothing was sent that changes anything, as far as the server's receipts tell.
    pub fn only_read(&self) -> bool {
        let reads = ["SELECT", "BEGIN", "COMMIT", "ROLLBACK", "SET", "RESET", "DISCARD"];
        let tags = self.all.iter().flat_map(|statement| &statement.tags);
        tags.filter_map(|tag| tag.split(' ').next()).all(|word| reads.contains(&word))
    }

    /// Each statement was a query, outside of a transaction: the session is as it was, as far as the
    /// server's receipts tell.
    pub(super) fn only_selected(&self) -> bool {
        let selected = |tag: &String| tag.starts_with("SELECT ");
        self.all.iter().all(|statement| {
            statement.after == TransactionStatus::Idle && statement.tags.iter().all(selected)
        })
    }

    /// SQL with this text in it was parsed once, however often it ran.
    pub fn parsed_once(&self, of: &str) -> Outcome<&Wire> {
        let wanted = plain(of);
        let times = self.parses(of);
        match self.all.iter().find(|statement| plain(&statement.sql).contains(&wanted)) {
            None => wrong(format!("the server was sent no SQL with `{of}` in it.")),
            Some(_) if times == 1 => Ok(self),
            Some(statement) => wrong(format!(
                "the server parsed this SQL {times} times:\n    {}\nPrepare it once, and \
                 run what was prepared.",
                indented(&statement.sql)
            )),
        }
    }

    /// How many connections something was sent over.
    pub fn connections(&self) -> usize {
        let mut connections: Vec<u32> = self.all.iter().map(|s| s.connection).collect();
        connections.sort_unstable();
        connections.dedup();
        connections.len()
    }

    /// Whether rows went to or from the server by COPY.
    pub fn copied(&self) -> bool {
        let streams = |c: &Command| c.is(&["copy"]) && (c.has("stdin") || c.has("stdout"));
        self.commands().any(|(_, command)| streams(&command))
    }

    fn commands(&self) -> impl Iterator<Item = (&Statement, Command)> {
        self.ran.iter().flat_map(|s| commands(&s.sql).into_iter().map(move |command| (s, command)))
    }
}

/// Whether a client asked it for its own purposes: what a type is that it does not know.
pub(super) fn is_internal(statement: &Statement) -> bool {
    ["type", "enum", "attribute", "range"]
        .iter()
        .any(|table| statement.sql.contains(&format!("pg_catalog.pg_{table}")))
}

fn plain(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// SQL as a sentence has it below itself.
pub fn indented(sql: &str) -> String {
    sql.trim().replace('\n', "\n    ")
}
