//! Databases: every lesson run and every check has one of its own, cloned from a template.
//!
//! A fixture becomes a template once per server, under a name made of a hash of its SQL; a clone
//! takes tens of milliseconds. Each clone has a role of its own that owns nothing and may do
//! everything in that one database. Names carry the key of the process that made them, and that
//! process shows its key as the `application_name` of its session: so leftovers of a process that
//! is gone can be told from what is in use, on a shared server too.

pub mod clean;
mod leave;
mod settings;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use postgres::Client;
use rand::distr::{Alphanumeric, SampleString};

use super::address::Address;
use super::binaries::Binaries;
use super::scram;
use super::source::Server;
use crate::error::{Context, Error, Result};
use crate::home::short_hash;

/// What a database starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixture {
    /// A short name: lower-case letters, digits, `_`.
    pub name: &'static str,
    /// SQL that fills an empty database.
    pub sql: &'static str,
    /// Extensions that are there before the SQL runs.
    pub extensions: &'static [&'static str],
}

impl Fixture {
    fn template(&self) -> String {
        let all = format!("4\0{}\0{}", self.sql, self.extensions.join(","));
        format!("pglings_t_{}_{}", self.name, short_hash(all.as_bytes()))
    }
}

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

/// What makes databases: shared by the session that is waited for and the one that works ahead.
struct Shared {
    admin: Mutex<Client>,
    address: Address,
    key: String,
    count: AtomicU32,
    /// Whether each run can have a role of its own: the login needs CREATEROLE for that.
    own_roles: bool,
    /// Whether it is a server of somebody's own, where nothing is to stay, and others may work too.
    foreign: bool,
    /// What the names end with that last longer than a run.
    scope: String,
    /// How a template is copied, in SQL.
    strategy: &'static str,
    /// What the helper is to do; closed at the end.
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    /// Clones that the helper makes, or has made, by template.
    ahead: Mutex<BTreeMap<String, mpsc::Receiver<Result<Made>>>>,
}

/// Work for the helper.
enum Job {
    Make(Fixture, mpsc::Sender<Result<Made>>),
    Unmake(Made),
    Forget(String),
}

/// A database on the server and the role that goes with it.
#[derive(Debug, Clone)]
struct Made {
    name: String,
    /// Login and password.
    role: Option<(String, String)>,
    /// The same for its grader's.
    grader: Option<(String, String)>,
}

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
    made: Option<Made>,
    shared: Arc<Shared>,
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
            make_owner(&mut admin, &format!("{OWNER}{scope}"))?;
        }
        sweep(&mut admin)?;
        if !foreign {
            sweep_templates(&mut admin)?;
        }
        let (jobs, queue) = mpsc::channel();
        let shared = Arc::new(Shared {
            admin: Mutex::new(admin),
            address,
            key,
            count: AtomicU32::new(0),
            own_roles,
            foreign,
            scope,
            strategy: strategy(&server),
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

    /// A fresh database with the fixture in it: one that was made ahead, if there is one.
    pub fn create(&self, fixture: &Fixture) -> Result<Database> {
        let ahead = locked(&self.shared.ahead).remove(&self.shared.template_name(fixture));
        let made = match ahead.and_then(|ahead| ahead.recv().ok()) {
            Some(made) => made?,
            None => self.shared.make(&mut locked(&self.shared.admin), fixture)?,
        };
        let admin = self.shared.address.named("pglings").database(&made.name);
        let by = |role: &Option<(String, String)>| match role {
            Some((login, password)) => admin.login(login, password),
            None => admin.clone(),
        };
        let (name, address, grader) = (made.name.clone(), by(&made.role), by(&made.grader));
        let shared = Arc::clone(&self.shared);
        let binaries = self.server.cluster().map(|cluster| cluster.binaries().clone());
        Ok(Database { name, address, admin, grader, binaries, made: Some(made), shared })
    }

    /// Drops what was [kept](Database::keep) under this name, if there is anything.
    pub fn forget(&self, label: &str) {
        let _ = self.shared.ask(Job::Forget(self.shared.kept_name(label)));
    }

    /// Asks the server whether it is still there.
    pub fn alive(&self) -> Result<()> {
        let mut admin = locked(&self.shared.admin);
        admin.is_valid(Duration::from_secs(10)).context("the server went away")
    }

    /// Has a database with this fixture made while other things are done.
    pub fn make_ahead(&self, fixture: &Fixture) {
        let mut ahead = locked(&self.shared.ahead);
        if let Entry::Vacant(place) = ahead.entry(self.shared.template_name(fixture)) {
            let (made, receiver) = mpsc::channel();
            if self.shared.ask(Job::Make(*fixture, made)).is_ok() {
                place.insert(receiver);
            }
        }
    }
}

impl Drop for Databases {
    fn drop(&mut self) {
        let unused = std::mem::take(&mut *locked(&self.shared.ahead));
        for made in unused.into_values().filter_map(|made| made.recv().ok()?.ok()) {
            let _ = self.shared.ask(Job::Unmake(made));
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

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Hands a job to the helper; gives it back if that has ended.
    fn ask(&self, job: Job) -> Result<(), Job> {
        match &*locked(&self.jobs) {
            Some(jobs) => jobs.send(job).map_err(|refused| refused.0),
            None => Err(job),
        }
    }

    /// The helper: makes databases ahead and drops those that are done with, which takes longer
    /// than anybody should wait for.
    fn help(&self, queue: &mpsc::Receiver<Job>) {
        let mut session = None;
        for job in queue {
            if session.as_ref().is_none_or(Client::is_closed) {
                session = self.address.connect().ok();
                if let (true, Some(session)) = (self.foreign, &mut session) {
                    // One that is about to break breaks in the job.
                    let _ = settings::prepare(session);
                }
            }
            match (job, &mut session) {
                (Job::Make(fixture, reply), Some(session)) => {
                    let _ = reply.send(self.make(session, &fixture));
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

    fn make(&self, session: &mut Client, fixture: &Fixture) -> Result<Made> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let name = format!("pglings_r_{}_{number}", self.key);
        self.copy(session, fixture, &name)?;
        let made = Made { name: name.clone(), role: None, grader: None };
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

    fn owner(&self) -> String {
        format!("{OWNER}{}", self.scope)
    }

    fn template_name(&self, fixture: &Fixture) -> String {
        format!("{}{}", fixture.template(), self.scope)
    }

    fn kept_name(&self, label: &str) -> String {
        format!("pglings_kept_{label}{}", self.scope)
    }

    /// Copies the fixture's template. Another process may have dropped it since it was looked for.
    fn copy(&self, session: &mut Client, fixture: &Fixture, name: &str) -> Result<()> {
        let mut attempts = 3;
        loop {
            let template = self.template(session, fixture)?;
            let sql = format!("CREATE DATABASE {name} TEMPLATE {template}{}", self.strategy);
            let copied = session.batch_execute(&sql);
            let lost = |error: &postgres::Error| {
                error.code() == Some(&postgres::error::SqlState::UNDEFINED_DATABASE)
            };
            attempts -= 1;
            if attempts == 0 || !copied.as_ref().is_err_and(lost) {
                return copied.context("cannot create a database");
            }
        }
    }

    /// The fixture's template, made if it is not there.
    fn template(&self, admin: &mut Client, fixture: &Fixture) -> Result<String> {
        let name = self.template_name(fixture);
        if self.is_template(admin, &name)? {
            return Ok(name);
        }
        // One process makes it; the others wait here. The lock ends with the session at the latest.
        let lock = i64::from_str_radix(&short_hash(name.as_bytes()), 16).unwrap_or(0);
        admin.execute("SELECT pg_advisory_lock($1)", &[&lock]).context("cannot take a lock")?;
        let made = match exists(admin, &name) {
            Ok(false) => self.make_template(admin, fixture, &name),
            other => other.map(drop),
        };
        admin.execute("SELECT pg_advisory_unlock($1)", &[&lock]).context("cannot leave a lock")?;
        made.map(|()| name)
    }

    /// Whether the template is there. Where it may stay, the day of its last use is noted.
    fn is_template(&self, admin: &mut Client, name: &str) -> Result<bool> {
        let sql = "SELECT shobj_description(oid, 'pg_database'), 'last used ' || current_date
                   FROM pg_database WHERE datname = $1";
        let row = admin.query_opt(sql, &[&name]).context("cannot list the databases")?;
        let Some(row) = row else { return Ok(false) };
        let (noted, today): (Option<String>, String) = (row.get(0), row.get(1));
        if !self.foreign && noted.as_ref() != Some(&today) {
            // Two may note it at once; one of them is told to try again, and need not.
            let _ = admin.batch_execute(&format!("COMMENT ON DATABASE {name} IS '{today}'"));
        }
        Ok(true)
    }

    fn make_template(&self, admin: &mut Client, fixture: &Fixture, name: &str) -> Result<()> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let draft = format!("pglings_r_{}_{number}", self.key);
        create_empty(admin, &draft)?;
        let filled = self.fill(fixture, &draft);
        let finished = filled.and_then(|()| {
            admin
                .batch_execute(&format!(
                    // Nobody is to change what all later runs begin with, or to be in the way there.
                    "ALTER DATABASE {draft} ALLOW_CONNECTIONS false;
                     ALTER DATABASE {draft} RENAME TO {name}"
                ))
                .context("cannot name the template")?;
            // Notes that it is used, lest another process take it for an old one.
            self.is_template(admin, name).map(drop)
        });
        if finished.is_err() {
            // The first error is the one to report.
            let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"));
        }
        finished
    }

    fn fill(&self, fixture: &Fixture, database: &str) -> Result<()> {
        let mut client = self.address.database(database).connect()?;
        if self.foreign {
            settings::prepare(&mut client)?;
        }
        for extension in fixture.extensions {
            client
                .batch_execute(&format!("CREATE EXTENSION {extension}"))
                .context(format!("cannot create the extension {extension}"))?;
        }
        if self.own_roles {
            let owner = self.owner();
            client
                .batch_execute(&format!(
                    "GRANT ALL ON SCHEMA public TO {owner} WITH GRANT OPTION;
                     ALTER SCHEMA public OWNER TO {owner};
                     SET ROLE {owner}"
                ))
                .context("cannot prepare the template")?;
        }
        client.batch_execute(fixture.sql).map_err(|error| {
            Error::Content(format!("the fixture {} is broken: {error:?}", fixture.name))
        })?;
        client.batch_execute("ANALYZE").context("cannot analyse the template")?;
        // The first session after this writes down what each has to know of the catalog. With that
        // in the template, the first session on a clone need not find it out.
        self.address.database(database).connect().map(drop)
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
    for (login, _) in made.grader.iter().chain(&made.role) {
        // It may have found its way into another database.
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1";
        let _ = session.execute(end, &[login]);
        let _ = session.batch_execute(&format!("DROP ROLE IF EXISTS {login}"));
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

/// An empty database that sorts by code point, wherever the server is.
fn create_empty(admin: &mut Client, name: &str) -> Result<()> {
    let mut last = None;
    for locale in ["C.UTF-8", "C.utf8", "C"] {
        let sql = format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' \
             LC_COLLATE 'C' LC_CTYPE '{locale}'"
        );
        match admin.batch_execute(&sql) {
            Ok(()) => return Ok(()),
            Err(error) => last = Some(error),
        }
    }
    match last {
        Some(source) => Err(Error::Server { context: "cannot create a database".into(), source }),
        None => Ok(()),
    }
}

fn make_owner(admin: &mut Client, owner: &str) -> Result<()> {
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

/// Through the log of changes, which is the default since 15, a clone takes twice the time and leaves
/// its size in the log. Copying files asks for a checkpoint of the whole server instead, which is for
/// nothing where nobody waits for the disk, but may take long on a server of somebody's own.
fn strategy(server: &Server) -> &'static str {
    let ours = server.cluster().is_some();
    if ours && server.major() >= 15 { " STRATEGY file_copy" } else { "" }
}

/// Drops templates that no run has wanted for a month, or that an older pglings made: their fixture
/// has changed since, most likely. One that is wanted after all is made again.
fn sweep_templates(admin: &mut Client) -> Result<()> {
    let sql = r"SELECT datname::text FROM pg_database
        WHERE datname LIKE 'pglings\_t\_%' AND coalesce(
            substring(shobj_description(oid, 'pg_database') FROM 'last used (.{10})')::date,
            '-infinity') < current_date - 30";
    for row in admin.query(sql, &[]).context("cannot list the templates")? {
        let name: String = row.get(0);
        let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name}"));
    }
    Ok(())
}

/// Of the `name` of a database or role of a run: whether the process that made it is gone.
const GONE: &str = "split_part(name, '_', 3) NOT IN
    (SELECT split_part(application_name, '_', 2) FROM pg_stat_activity
     WHERE application_name LIKE 'pglings\\_%')";

/// Drops databases and roles whose process is gone.
fn sweep(admin: &mut Client) -> Result<()> {
    let list = |admin: &mut Client, names: &str| -> Result<Vec<String>> {
        let sql = format!("SELECT name FROM ({names}) AS left_over (name) WHERE {GONE}");
        let rows = admin.query(&sql, &[]).context("cannot look for leftovers")?;
        Ok(rows.iter().map(|row| row.get::<_, String>(0)).collect())
    };
    let databases =
        r"SELECT datname::text FROM pg_database WHERE datname ~ '^pglings_r_[a-z0-9]{8}_[0-9]+$'";
    for name in list(admin, databases)? {
        // Two processes may sweep at once; one of them finds nothing left.
        let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }
    let roles =
        r"SELECT rolname::text FROM pg_roles WHERE rolname ~ '^pglings_r_[a-z0-9]{8}_[0-9]+_'";
    for name in list(admin, roles)? {
        let _ = admin.batch_execute(&format!("DROP ROLE IF EXISTS {name}"));
    }
    Ok(())
}

/// A name as SQL has it, whatever is in it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
