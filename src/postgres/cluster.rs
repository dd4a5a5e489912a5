//! A private cluster: made once, started on demand, shared by every pglings on the machine, and
//! stopped by the last one out.
//!
//! Two lock files see to the sharing. Whoever starts or stops the server holds `change.lock`
//! alone; whoever uses it holds `users.lock` shared. The last one out finds that it can have
//! `users.lock` alone, and stops the server. The system releases both when a process dies, so a
//! killed one leaves at worst a server that the next command adopts.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rand::RngExt;
use rand::distr::Alphanumeric;

use super::address::Address;
use super::binaries::Binaries;
use super::scram;
use crate::activity;
use crate::error::{self, Context, Error, PathContext, Result};
use crate::home::{self, Home, User, own, private_dir};
use crate::process::Program;

const SUPERUSER: &str = "pglings";
const START_LIMIT: Duration = Duration::from_secs(60);

/// Its data, and what it says, in the folder of a cluster.
const DATA: &str = "data";
const LOG: &str = "log";

/// On a disk with less room than this, in bytes, a server may not start and cannot say why.
const LITTLE: u64 = 1 << 20;

/// A cluster that may or may not run.
#[derive(Debug, Clone)]
pub struct Cluster {
    binaries: Binaries,
    dir: PathBuf,
    user: Option<User>,
}

/// The right to use a running cluster. Dropping the last one stops the server.
#[derive(Debug)]
pub struct Lease {
    cluster: Cluster,
    users: Option<File>,
    /// Where the server is, logged in as its superuser.
    pub address: Address,
}

impl Cluster {
    /// The cluster of one source and major version.
    pub fn new(home: &Home, label: &str, binaries: Binaries) -> Cluster {
        let dir = home.data.join(format!("{label}-{}", binaries.major));
        Cluster { binaries, dir, user: home.server_user }
    }

    /// Its folder: `data/`, `log`, `password`, `port` and the locks.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Makes the cluster if there is none, starts it if it does not run, and joins its users.
    ///
    /// `say` hears a line before anything that takes long.
    pub fn lease(&self, say: &mut dyn FnMut(&str)) -> Result<Lease> {
        private_dir(&self.dir, self.user).map_err(|error| self.elsewhere(error))?;
        let _change = self.lock_change()?;
        let fresh = !self.data().is_dir();
        if fresh {
            say("Making a private PostgreSQL cluster (once)…");
            let _work = activity::begin("initdb");
            self.initialise()?;
        }
        let (address, started) = match self.adopt()? {
            Some(address) => (address, false),
            None => (self.start()?, true),
        };
        self.join(address, fresh).inspect_err(|_| {
            if started {
                let _ = self.stop();
            }
        })
    }

    /// Says what to do where servers cannot be kept.
    fn elsewhere(&self, error: Error) -> Error {
        let Error::Io { source, .. } = error else { return error };
        let dir = self.dir.display();
        let context =
            format!("cannot keep a server in {dir} (PGLINGS_HOME may name another folder)");
        Error::Io { context, source }
    }

    /// Joins the users of a server that runs, whose cluster may have been made just now.
    fn join(&self, address: Address, fresh: bool) -> Result<Lease> {
        if fresh {
            let verifier = scram::verifier(&self.password()?);
            let sql = format!("ALTER ROLE {SUPERUSER} PASSWORD '{verifier}'");
            address.connect()?.batch_execute(&sql).context("cannot set the password")?;
        }
        let users = self.open("users.lock")?;
        users.lock_shared().at("lock", &self.dir.join("users.lock"))?;
        Ok(Lease { cluster: self.clone(), users: Some(users), address })
    }

    /// Where the server is, if it runs. Joins nobody and starts nothing.
    pub fn running(&self) -> Option<Address> {
        self.dir.is_dir().then(|| self.adopt().ok().flatten()).flatten()
    }

    /// Whether the server is to stay when its last user leaves.
    pub fn is_kept(&self) -> bool {
        self.dir.join("keep").exists()
    }

    /// Says whether the server is to stay when its last user leaves.
    pub fn keep(&self, keep: bool) -> Result<()> {
        let path = self.dir.join("keep");
        if keep {
            fs::write(&path, "").at("write", &path)
        } else if path.exists() {
            fs::remove_file(&path).at("remove", &path)
        } else {
            Ok(())
        }
    }

    /// Stops the server unless others use it. Returns whether it is stopped now.
    pub fn stop_if_unused(&self) -> Result<bool> {
        if !self.dir.is_dir() {
            return Ok(true);
        }
        let _change = self.lock_change()?;
        let users = self.open("users.lock")?;
        if users.try_lock().is_err() {
            return Ok(false);
        }
        self.stop()?;
        Ok(true)
    }

    /// The end of the server's log.
    pub fn log_tail(&self, lines: usize) -> String {
        let log = fs::read(self.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&log);
        let all: Vec<&str> = text.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    pub(super) fn data(&self) -> PathBuf {
        self.dir.join(DATA)
    }

    /// The programs that it runs on.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// One of its programs, as the user that runs it.
    pub(super) fn program(&self, name: &str) -> Program {
        self.binaries.program(name, self.user)
    }

    fn pid_file(&self) -> PathBuf {
        self.data().join("postmaster.pid")
    }

    fn log(&self) -> PathBuf {
        self.dir.join(LOG)
    }

    fn open(&self, name: &str) -> Result<File> {
        lock_file(&self.dir.join(name))
    }

    fn lock_change(&self) -> Result<File> {
        let change = self.open("change.lock")?;
        change.lock().at("lock", &self.dir.join("change.lock"))?;
        Ok(change)
    }

    /// `initdb` into a folder beside, renamed when whole.
    pub(super) fn initialise(&self) -> Result<()> {
        let fresh = self.dir.join("data.new");
        let password: String =
            rand::rng().sample_iter(Alphanumeric).take(32).map(char::from).collect();
        let path = self.dir.join("password");
        let _ = fs::remove_file(&path);
        fs::write(&path, "").at("write", &path)?;
        own(&path, self.user, 0o600)?;
        fs::write(&path, &password).at("write", &path)?;
        let mut outcome = String::new();
        // The names of the locale that sorts alike everywhere; C is what every system has.
        for locale in [&["--locale=C.UTF-8"][..], &["--locale=C"]] {
            // What failed before may have left something, of which the next one would complain.
            let _ = fs::remove_dir_all(&fresh);
            private_dir(&fresh, self.user)?;
            let finished = self
                .program("initdb")
                .args(["--encoding=UTF8", "--auth=scram-sha-256", "--no-sync", "--no-instructions"])
                .args(["--username", SUPERUSER])
                .args(locale)
                .arg("--pwfile")
                .arg(&path)
                .arg("--pgdata")
                .arg(&fresh)
                .run(START_LIMIT)?;
            if finished.success() {
                let data = self.data();
                return fs::rename(&fresh, &data).at("create", &data);
            }
            outcome = finished.stderr.text();
        }
        let _ = fs::remove_dir_all(&fresh);
        Err(error::full(&outcome, &format!("initdb cannot write to {}", self.dir.display()))
            .unwrap_or_else(|| {
                Error::NoServer(format!(
                    "initdb of PostgreSQL {} failed:\n{}",
                    self.binaries.version,
                    outcome.trim_end()
                ))
            }))
    }

    fn password(&self) -> Result<String> {
        let path = self.dir.join("password");
        fs::read_to_string(&path).at("read", &path)
    }

    pub(super) fn address(&self, port: u16) -> Result<Address> {
        Ok(Address::local(port, SUPERUSER, &self.password()?, "postgres"))
    }

    /// The server that runs already, if it answers and is ours.
    fn adopt(&self) -> Result<Option<Address>> {
        let Ok(port) = fs::read_to_string(self.dir.join("port")) else { return Ok(None) };
        let Ok(port) = port.trim().parse() else { return Ok(None) };
        let address = self.address(port)?;
        // Nobody else's server knows the password; a connection is proof enough.
        Ok(address.try_connect().is_ok().then_some(address))
    }

    fn start(&self) -> Result<Address> {
        self.stop()?;
        let log = self.log();
        let mut last = String::new();
        for _ in 0..10 {
            // A port that looks free may be taken by the time the server asks for it: try another.
            let port = rand::rng().random_range(20_000..60_000_u16);
            let _ = fs::rename(&log, self.dir.join("log.old"));
            fs::write(&log, "").at("write", &log)?;
            own(&log, self.user, 0o600)?;
            let finished = self
                .program("pg_ctl")
                .server(self.pid_file())
                // From the folder itself: pg_ctl asks a shell to start the server, and hands it the
                // paths in double quotes, where `$` and others mean something.
                .dir(&self.dir)
                .args(["start", "--wait", "--silent", "--timeout", "50"])
                .args(["--pgdata", DATA, "--log", LOG])
                .args(["--options", &settings(port)])
                .run(START_LIMIT)?;
            if finished.success() {
                return self.prepare(port).inspect_err(|_| {
                    // One that nobody can find would stay.
                    let _ = self.stop();
                });
            }
            last = self.log_tail(12);
            if !last.contains("could not bind") && !last.contains("could not create any TCP") {
                break;
            }
        }
        let what = format!("PostgreSQL cannot write to {}", self.dir.display());
        if let Some(full) = error::full(&last, &what) {
            return Err(full);
        }
        // Then there is no room for a log either.
        if home::has_less(&self.dir, LITTLE) == Some(true) {
            return Err(error::no_room(&what));
        }
        Err(Error::NoServer(format!(
            "PostgreSQL {} does not start from {}. The end of its log:\n{last}",
            self.binaries.version,
            self.dir.display()
        )))
    }

    /// Makes a server that has started one that can be found and used.
    fn prepare(&self, port: u16) -> Result<Address> {
        let path = self.dir.join("port");
        fs::write(&path, port.to_string()).at("write", &path)?;
        let address = self.address(port)?;
        // A run is to reach its own database and no other.
        let sql = "REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC";
        address.connect()?.batch_execute(sql).context("cannot prepare the cluster")?;
        Ok(address)
    }

    /// Stops the server of the data folder, if one runs, and waits for its end.
    pub(super) fn stop(&self) -> Result<()> {
        let _ = fs::remove_file(self.dir.join("port"));
        if !self.pid_file().exists() {
            return Ok(());
        }
        for mode in ["fast", "immediate"] {
            let finished = self
                .program("pg_ctl")
                .server(self.pid_file())
                .args(["stop", "--wait", "--silent", "--timeout", "20", "--mode", mode, "--pgdata"])
                .arg(self.data())
                .run(Duration::from_secs(30))?;
            if finished.success() {
                break;
            }
        }
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Ok(_change) = self.cluster.lock_change() else { return };
        // Letting go of our share first: the lock is of the file, and both are ours.
        drop(self.users.take());
        let alone = self.cluster.open("users.lock").is_ok_and(|users| users.try_lock().is_ok());
        if alone && !self.cluster.is_kept() {
            // Nobody is left to tell; the next command adopts what would not stop.
            let _ = self.cluster.stop();
            if home::is_memory(&self.cluster.dir) && !self.cluster.pid_file().exists() {
                // Memory is dearer than the second that a new one takes.
                let _ = fs::remove_dir_all(self.cluster.data());
            }
        }
    }
}

impl Lease {
    /// The cluster.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }
}

/// A file that is there to be locked.
pub(super) fn lock_file(path: &Path) -> Result<File> {
    File::options().create(true).append(true).open(path).at("open", path)
}

/// The loopback only, no sockets, and no waiting for the disk: what is lost in a power cut here is
/// a lesson's database. Room for 200 sessions, since pools are a subject.
pub(super) fn settings(port: u16) -> String {
    let settings = [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=200",
        "shared_buffers=64MB",
        // Files of its own folder: what a server that is killed leaves in /dev/shm, nobody removes.
        #[cfg(unix)]
        "dynamic_shared_memory_type=mmap",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "timezone=UTC",
        "log_timezone=UTC",
        "lc_messages=C",
        "password_encryption=scram-sha-256",
    ];
    let mut options = format!("-p {port}");
    for setting in settings {
        options.push_str(" -c ");
        options.push_str(setting);
    }
    options
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
