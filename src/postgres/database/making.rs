//! The making of databases and of the roles that go with them, and their end. A helper does it ahead
//! and afterwards, beside the session that is waited for.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use postgres::Client;
use rand::distr::{Alphanumeric, SampleString};

use super::fixture::Fixture;
use super::{LOGIN, OWNER, exists, settings};
use crate::error::{Context, Result};
use crate::lock::locked;
use crate::postgres::address::{Address, quoted};
use crate::postgres::needs::Privilege;
use crate::postgres::scram;

/// What makes databases: shared by the session that is waited for and the one that works ahead.
pub(super) struct Shared {
    pub(super) admin: Mutex<Client>,
    pub(super) address: Address,
    pub(super) key: String,
    pub(super) count: AtomicU32,
    /// Whether each run can have a role of its own: the login needs CREATEROLE for that.
    pub(super) own_roles: bool,
    /// Whether it is a server of somebody's own, where nothing is to stay, and others may work too.
    pub(super) foreign: bool,
    /// What the names end with that last longer than a run.
    pub(super) scope: String,
    /// How a template is copied, in SQL.
    pub(super) strategy: &'static str,
    /// Where to, for a check.
    pub(super) memory: &'static str,
    /// What the helper is to do; closed at the end.
    pub(super) jobs: Mutex<Option<mpsc::Sender<Job>>>,
    /// Clones that the helper makes, or has made, by template.
    pub(super) ahead: Mutex<BTreeMap<String, VecDeque<mpsc::Receiver<Result<Made>>>>>,
}

/// Work for the helper.
pub(super) enum Job {
    Make(Fixture, mpsc::Sender<Result<Made>>),
    Unmake(Made),
    ToDisk(String),
    Forget(String),
}

/// A database on the server and the role that goes with it.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) name: String,
    /// Login and password.
    pub(super) role: Option<(String, String)>,
    /// The same for its grader's.
    pub(super) grader: Option<(String, String)>,
    /// What the role was allowed.
    pub(super) may: Privilege,
}

impl Shared {
    /// Hands a job to the helper. False, if that has ended.
    pub(super) fn ask(&self, job: Job) -> bool {
        locked(&self.jobs).as_ref().is_some_and(|jobs| jobs.send(job).is_ok())
    }

    /// The helper: makes databases ahead and drops those that are done with, which takes longer
    /// than anybody should wait for. What somebody may wait for comes first.
    pub(super) fn help(&self, queue: &mpsc::Receiver<Job>) {
        let (mut session, mut later) = (None, VecDeque::new());
        loop {
            let job = match queue.try_recv() {
                Ok(job @ Job::Make(..)) => job,
                Ok(job) => {
                    later.push_back(job);
                    continue;
                }
                Err(_) => match later.pop_front() {
                    Some(job) => job,
                    None => match queue.recv() {
                        Ok(job) => job,
                        Err(_) => break,
                    },
                },
            };
            if session.as_ref().is_none_or(Client::is_closed) {
                session = self.address.connect().ok();
                if let (true, Some(session)) = (self.foreign, &mut session) {
                    // One that is about to break breaks in the job.
                    let _ = settings::prepare(session);
                }
            }
            match (job, &mut session) {
                (Job::Make(fixture, reply), Some(session)) => {
                    let _ = reply.send(self.make(session, &fixture, self.memory));
                }
                (Job::ToDisk(kept), Some(session)) => {
                    // Somebody may be in it already. Then it stays in memory.
                    let sql = format!("ALTER DATABASE {kept} SET TABLESPACE pg_default");
                    let _ = session.batch_execute(&sql);
                }
                (Job::Unmake(made), Some(session)) => unmake(session, &made),
                (Job::Forget(kept), Some(session)) => {
                    if exists(session, &kept).is_ok_and(|there| there) {
                        let _ =
                            session.batch_execute(&format!("DROP DATABASE {kept} WITH (FORCE)"));
                    }
                }
                // Whoever waits makes one instead; what is left over is swept by a later command.
                (_, None) => {}
            }
        }
    }

    /// `place` says where, in SQL.
    pub(super) fn make(
        &self,
        session: &mut Client,
        fixture: &Fixture,
        place: &str,
    ) -> Result<Made> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let name = format!("pglings_r_{}_{number}", self.key);
        self.copy(session, fixture, &name, place)?;
        let made = Made { name: name.clone(), role: None, grader: None, may: Privilege::Ordinary };
        if self.foreign {
            let set = settings::of_database(session, &name, !self.own_roles);
            if set.is_err() {
                unmake(session, &made);
            }
            set?;
        }
        if !self.own_roles {
            return Ok(made);
        }
        let owner = self.owner();
        // Not the database's own name, so that taking one for the other has consequences.
        let login = format!("{name}{LOGIN}");
        let grader = format!("{name}_grader");
        let password = || Alphanumeric.sample_string(&mut rand::rng(), 24);
        let passwords = (password(), password());
        let verifiers = (scram::verifier(&passwords.0), scram::verifier(&passwords.1));
        let made = Made {
            role: Some((login.clone(), passwords.0)),
            grader: Some((grader.clone(), passwords.1)),
            ..made
        };
        let granted = session.batch_execute(&format!(
            "CREATE ROLE {login} LOGIN PASSWORD '{}' IN ROLE {owner} CONNECTION LIMIT 100;
             CREATE ROLE {grader} LOGIN PASSWORD '{}' IN ROLE {owner}, {login};
             GRANT {login}, {grader} TO CURRENT_USER;
             ALTER DATABASE {name} OWNER TO {grader};
             REVOKE ALL ON DATABASE {name} FROM PUBLIC;
             GRANT ALL ON DATABASE {name} TO {login}",
            verifiers.0, verifiers.1,
        ));
        if granted.is_err() {
            unmake(session, &made);
        }
        granted.context("cannot create a role").map(|()| made)
    }

    pub(super) fn owner(&self) -> String {
        format!("{OWNER}{}", self.scope)
    }

    pub(super) fn kept_name(&self, label: &str) -> String {
        format!("pglings_kept_{label}{}", self.scope)
    }
}

fn unmake(session: &mut Client, made: &Made) {
    // Sessions that are closing are gone within a millisecond or two; DROP DATABASE itself would
    // look again only after a hundred.
    let busy = "SELECT FROM pg_stat_activity WHERE datname = $1";
    for _ in 0..20 {
        match session.query_opt(busy, &[&made.name]) {
            Ok(None) => break,
            _ => thread::sleep(Duration::from_millis(1)),
        }
    }
    let _ = session.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", made.name));
    // What cannot be found out now is swept by a later command.
    let roles = roles_of(session, made).unwrap_or_default();
    if !roles.is_empty() {
        // They may have found their way into another database.
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ANY($1)";
        let _ = session.execute(end, &[&roles]);
        let _ = session.batch_execute(&format!("DROP ROLE IF EXISTS {}", listed(&roles)));
    }
}

/// The roles of a run, and those that it has made, if it may: who creates a role may administer it, and a
/// lesson gives its roles [names](crate::postgres::programs::Beside::role) that begin with its database's.
pub(super) fn roles_of(session: &mut Client, made: &Made) -> Result<Vec<String>> {
    let own = made.grader.iter().chain(&made.role).map(|(login, _)| login.clone());
    let Some((login, _)) = made.role.as_ref().filter(|_| made.may > Privilege::Ordinary) else {
        return Ok(own.collect());
    };
    let sql = "WITH RECURSIVE made (oid) AS (
                   SELECT oid FROM pg_roles WHERE rolname = $1 OR starts_with(rolname, $2)
                   UNION SELECT roleid FROM pg_auth_members JOIN made ON member = made.oid
                   WHERE admin_option
               )
               SELECT rolname::text FROM pg_roles JOIN made USING (oid) ORDER BY rolname";
    let rows = session.query(sql, &[&login, &format!("{}_", made.name)]);
    let rows = rows.context("cannot list the roles of a run")?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Names, as SQL lists them.
pub(super) fn listed(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

pub(super) fn make_owner(admin: &mut Client, owner: &str) -> Result<()> {
    let there = admin
        .query_opt("SELECT FROM pg_roles WHERE rolname = $1", &[&owner])
        .context("cannot list the roles")?;
    if there.is_none() {
        let sql = format!("CREATE ROLE {owner} NOLOGIN; GRANT {owner} TO CURRENT_USER");
        match admin.batch_execute(&sql) {
            Ok(()) => {}
            // Another process was quicker.
            Err(error)
                if error.code().is_some_and(|code| ["42710", "23505"].contains(&code.code())) => {}
            Err(error) => return Err(error).context("cannot create a role"),
        }
    }
    Ok(())
}
