//! Databases: every lesson run and every check has one of its own, cloned from a template.
//!
//! A fixture becomes a template once per server, under a name made of a hash of its SQL; a clone
//! takes tens of milliseconds. Each clone has a role of its own that owns nothing and may do
//! everything in that one database. Names carry the key of the process that made them, and that
//! process shows its key as the `application_name` of its session: so leftovers of a process that
//! is gone can be told from what is in use, on a shared server too.

pub mod clean;
mod fixture;
mod leave;
mod making;
mod one;
mod settings;
mod sweep;
mod template;

use std::collections::VecDeque;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use postgres::Client;
use rand::distr::{Alphanumeric, SampleString};

use super::address::Address;
use super::memory;
use super::server::Server;
use crate::error::{Context, Result};
use crate::lock::locked;
pub use fixture::Fixture;
use making::{Job, Made, Shared};
pub use one::{Database, Gauge};

/// The role that owns what fixtures make. The role of each run is a member. On a server of
/// somebody's own, the login's mark follows.
const OWNER: &str = "pglings_owner";

/// What the role of a run is called: its database's name, and this.
pub(crate) const LOGIN: &str = "_login";

/// The databases of this process on one server. Dropping it waits until they are gone.
pub struct Databases {
    helper: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
    /// The server. Let go of last.
    pub server: Server,
}

impl Databases {
    /// Connects, and sweeps away what processes that are gone have left.
    pub fn open(server: Server) -> Result<Databases> {
        let key = Alphanumeric.sample_string(&mut rand::rng(), 8).to_lowercase();
        let address = server.address.named(&format!("pglings_{key}"));
        let foreign = server.cluster().is_none();
        let mut admin = address.connect()?;
        if foreign {
            settings::prepare(&mut admin)?;
            leave::join(&mut admin)?;
        }
        let own_roles: bool = admin
            .query_one(
                "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user",
                &[],
            )
            .context("cannot ask what this login may do")?
            .get(0);
        // Two learners on one server: neither may copy or drop what is the other's.
        let scope = if foreign { leave::mark(server.address.user()) } else { String::new() };
        if own_roles {
            making::make_owner(&mut admin, &format!("{OWNER}{scope}"))?;
        }
        sweep::sweep(&mut admin)?;
        if !foreign {
            sweep::sweep_templates(&mut admin)?;
        }
        let memory =
            memory::tablespace(&mut admin, server.cluster().map(|it| (it.dir(), it.user())));
        let (jobs, queue) = mpsc::channel();
        let shared = Arc::new(Shared {
            admin: Mutex::new(admin),
            address,
            key,
            count: AtomicU32::new(0),
            own_roles,
            foreign,
            scope,
            strategy: template::strategy(&server),
            memory,
            jobs: Mutex::new(Some(jobs)),
            ahead: Mutex::default(),
        });
        let helper = thread::spawn({
            let shared = Arc::clone(&shared);
            move || shared.help(&queue)
        });
        Ok(Databases { helper: Some(helper), shared, server })
    }

    /// What tells the names that this process gives from those of others: `pglings_r_KEY_…`.
    pub fn key(&self) -> &str {
        &self.shared.key
    }

    /// A fresh database with the fixture in it.
    pub fn create(&self, fixture: &Fixture) -> Result<Database> {
        self.hand_out(self.shared.make(&mut locked(&self.shared.admin), fixture, "")?)
    }

    /// The same for a check: in memory, where that can be, and one that was [made
    /// ahead](Self::make_ahead), if there is one.
    pub fn create_for_check(&self, fixture: &Fixture) -> Result<Database> {
        let ahead = {
            let mut ahead = locked(&self.shared.ahead);
            ahead.get_mut(&self.shared.template_name(fixture)).and_then(VecDeque::pop_front)
        };
        let memory = self.shared.memory;
        self.hand_out(match ahead.and_then(|ahead| ahead.recv().ok()) {
            Some(made) => made?,
            None => self.shared.make(&mut locked(&self.shared.admin), fixture, memory)?,
        })
    }

    fn hand_out(&self, made: Made) -> Result<Database> {
        let admin = self.shared.address.named("pglings").database(&made.name);
        let by = |role: &Option<(String, String)>| match role {
            Some((login, password)) => admin.login(login, password),
            None => admin.clone(),
        };
        let (name, address, grader) = (made.name.clone(), by(&made.role), by(&made.grader));
        let shared = Arc::clone(&self.shared);
        let binaries = self.server.cluster().map(|cluster| cluster.binaries().clone());
        let (major, made) = (self.server.major(), Some(made));
        Ok(Database { name, address, admin, grader, binaries, major, made, shared })
    }

    /// Drops what was [kept](Database::keep) under this name, if there is anything.
    pub fn forget(&self, label: &str) {
        self.shared.ask(Job::Forget(self.shared.kept_name(label)));
    }

    /// Asks the server whether it is still there.
    pub fn alive(&self) -> Result<()> {
        let mut admin = locked(&self.shared.admin);
        admin.is_valid(Duration::from_secs(10)).context("the server went away")
    }

    /// Has a database with this fixture made for a check, while other things are done.
    pub fn make_ahead(&self, fixture: &Fixture) {
        let mut ahead = locked(&self.shared.ahead);
        let (made, receiver) = mpsc::channel();
        if self.shared.ask(Job::Make(*fixture, made)) {
            ahead.entry(self.shared.template_name(fixture)).or_default().push_back(receiver);
        }
    }
}

impl Drop for Databases {
    fn drop(&mut self) {
        let unused = std::mem::take(&mut *locked(&self.shared.ahead));
        for made in unused.into_values().flatten().filter_map(|made| made.recv().ok()?.ok()) {
            self.shared.ask(Job::Unmake(made));
        }
        // The helper ends when it has done what it was asked.
        locked(&self.shared.jobs).take();
        if let Some(helper) = self.helper.take() {
            let _ = helper.join();
        }
        if self.shared.foreign {
            leave::leave(&mut locked(&self.shared.admin), &self.shared.scope);
        }
    }
}

/// Ends every session on a database, so that whoever waits there stops waiting. Done as well as it
/// can be: this is for Ctrl-C.
pub fn end_sessions_at(server: &Address, database: &str) {
    if let Ok(mut client) = server.connect() {
        let _ = end_sessions(&mut client, database);
    }
}

fn end_sessions(admin: &mut Client, database: &str) -> Result<()> {
    let sql = "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE datname = $1";
    admin.execute(sql, &[&database]).context("cannot end the sessions").map(drop)
}

fn exists(admin: &mut Client, database: &str) -> Result<bool> {
    let row = admin
        .query_opt("SELECT FROM pg_database WHERE datname = $1", &[&database])
        .context("cannot list the databases")?;
    Ok(row.is_some())
}
