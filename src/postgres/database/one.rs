//! One database: handed out, measured, kept or dropped.

use std::sync::Arc;

use super::end_sessions;
use super::making::{Job, Made, Shared};
use crate::error::{Context, Result};
use crate::lock::locked;
use crate::postgres::address::Address;
use crate::postgres::binaries::Binaries;

/// One database. Dropping it drops it on the server, unless it was kept.
pub struct Database {
    /// Its name.
    pub name: String,
    /// Where it is, logged in as the role of this run.
    pub address: Address,
    /// The same as the role that looks after it.
    pub admin: Address,
    /// The same as a role that may do with this one database what it likes, and nothing else. What
    /// a run has made (views, triggers) calls functions with the rights of whoever comes upon it.
    pub grader: Address,
    /// The programs of its server, where that is a private cluster.
    pub binaries: Option<Binaries>,
    pub(super) made: Option<Made>,
    pub(super) shared: Arc<Shared>,
}

impl Database {
    /// Tells how large it is.
    pub fn gauge(&self) -> Gauge {
        Gauge(Arc::clone(&self.shared))
    }

    /// Leaves the database on the server for a look inside. Returns the name it goes by then;
    /// what was kept under that name before is dropped.
    pub fn keep(mut self, label: &str) -> Result<String> {
        let kept = self.shared.kept_name(label);
        let Some(made) = self.made.clone() else { return Ok(kept) };
        let mut admin = locked(&self.shared.admin);
        let mut run = |sql: &str| admin.batch_execute(sql).context("cannot keep the database");
        run(&format!("DROP DATABASE IF EXISTS {kept} WITH (FORCE)"))?;
        if let (Some((login, _)), Some((grader, _))) = (&made.role, &made.grader) {
            run(&format!("ALTER DATABASE {} OWNER TO CURRENT_USER", made.name))?;
            // What the run made outlives its role, whatever settings the run gave the database.
            let mut inside = self.admin.connect()?;
            for sql in [
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE".to_owned(),
                format!("REASSIGN OWNED BY {login}, {grader} TO {}", self.shared.owner()),
                format!("DROP OWNED BY {login}, {grader}"),
            ] {
                inside.batch_execute(&sql).context("cannot keep what the run has made")?;
            }
        }
        end_sessions(&mut admin, &made.name)?;
        let mut run = |sql: &str| admin.batch_execute(sql).context("cannot keep the database");
        run(&format!("ALTER DATABASE {} RENAME TO {kept}", made.name))?;
        if let (Some((login, _)), Some((grader, _))) = (&made.role, &made.grader) {
            run(&format!("DROP ROLE {grader}, {login}"))?;
        }
        drop(admin);
        if !self.shared.memory.is_empty() {
            let _ = self.shared.ask(Job::ToDisk(kept.clone()));
        }
        // If it could not be kept (two may want the name at once), the drop takes it away.
        self.made = None;
        Ok(kept)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(made) = self.made.take() {
            // What cannot be dropped now is swept by a later command.
            let _ = self.shared.ask(Job::Unmake(made));
        }
    }
}

/// Tells how large databases of one server are.
#[derive(Clone)]
pub struct Gauge(Arc<Shared>);

impl Gauge {
    /// In bytes; none if it is not there, or the server cannot be asked now.
    pub fn size(&self, database: &str) -> Option<u64> {
        let mut admin = locked(&self.0.admin);
        let row = admin.query_one("SELECT pg_database_size($1::text)", &[&database]).ok()?;
        // NULL, where it is being dropped meanwhile.
        u64::try_from(row.get::<_, Option<i64>>(0)?).ok()
    }
}
