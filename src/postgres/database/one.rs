//! One database: handed out, measured, kept or dropped.

use std::sync::Arc;

use super::end_sessions;
use super::making::{Job, Made, Shared, listed, roles_of};
use crate::error::{Context, Result};
use crate::lock::locked;
use crate::postgres::address::Address;
use crate::postgres::binaries::Binaries;
use crate::postgres::needs::Privilege;
use crate::postgres::programs::Beside;

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
    /// The major version of its server.
    pub major: u32,
    pub(super) made: Option<Made>,
    pub(super) shared: Arc<Shared>,
}

impl Database {
    /// What programs want to know that run beside it.
    pub fn beside(&self) -> Beside {
        let (name, address) = (self.name.clone(), self.address.clone());
        Beside { name, address, binaries: self.binaries.clone(), major: self.major }
    }

    /// Gives the role of this run a privilege, which the server's own login [has](crate::postgres::needs::Needs).
    pub fn allow(&mut self, may: Privilege) -> Result<()> {
        let attribute = match may {
            Privilege::Ordinary => return Ok(()),
            Privilege::CreateRoles => "CREATEROLE",
            Privilege::Superuser => "SUPERUSER",
        };
        // Where runs have no role of their own, it is that login.
        let Some(made) = &mut self.made else { return Ok(()) };
        made.may = may;
        let Some((login, _)) = &made.role else { return Ok(()) };
        let sql = format!("ALTER ROLE {login} {attribute}");
        locked(&self.shared.admin).batch_execute(&sql).context("cannot give a role its privilege")
    }

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
        let roles = listed(&roles_of(&mut admin, &made)?);
        let mut run = |sql: &str| admin.batch_execute(sql).context("cannot keep the database");
        if !roles.is_empty() {
            run(&format!("ALTER DATABASE {} OWNER TO CURRENT_USER", made.name))?;
            // What the run made outlives its role, whatever settings the run gave the database.
            let mut inside = self.admin.connect()?;
            for sql in [
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE".to_owned(),
                format!("REASSIGN OWNED BY {roles} TO {}", self.shared.owner()),
                format!("DROP OWNED BY {roles}"),
            ] {
                inside.batch_execute(&sql).context("cannot keep what the run has made")?;
            }
        }
        end_sessions(&mut admin, &made.name)?;
        let mut run = |sql: &str| admin.batch_execute(sql).context("cannot keep the database");
        run(&format!("ALTER DATABASE {} RENAME TO {kept}", made.name))?;
        if !roles.is_empty() {
            run(&format!("DROP ROLE {roles}"))?;
        }
        drop(admin);
        if !self.shared.memory.is_empty() {
            self.shared.ask(Job::ToDisk(kept.clone()));
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
            self.shared.ask(Job::Unmake(made));
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
