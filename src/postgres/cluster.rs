//! A private cluster: made once, started on demand, shared by every pglings on the machine, and
//! stopped by the last one out.
//!
//! Two lock files see to the sharing. Whoever starts or stops the server holds `change.lock`
//! alone; whoever uses it holds `users.lock` shared. The last one out finds that it can have
//! `users.lock` alone, and stops the server. The system releases both when a process dies, so a
//! killed one leaves at worst a server that the next command adopts. What it was running meanwhile
//! (`initdb`, `pg_ctl`) goes on, and holds `change.lock` until its end: nobody comes upon a cluster
//! that is half made, or upon a server that is about to be told to stop.

mod making;
mod postmaster;
mod running;
pub(super) mod settings;

pub(super) use making::ASIDE;
pub(super) use running::remove_call;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rand::RngExt;

use super::address::Address;
use super::binaries::Binaries;
use super::memory;
use crate::activity;
use crate::error::{Error, PathContext, Result};
use crate::home::{self, Home, User, elsewhere, own, private_dir};
use crate::lock::{Waiting, lock_alone, lock_file};
use crate::process::Program;
use making::DRAFTS;

const SUPERUSER: &str = "pglings";
const START_LIMIT: Duration = Duration::from_secs(60);

/// Its data, and what it says, in the folder of a cluster.
const DATA: &str = "data";
const LOG: &str = "log";

/// Held alone by whoever starts or stops the server.
const CHANGE: &str = "change.lock";
/// Held shared by whoever uses it.
const USERS: &str = "users.lock";

/// To make a cluster, and to stop its server, take a few seconds where all is well.
const CHANGING: Waiting = Waiting {
    holder: "starts or stops the private server",
    limit: Duration::from_secs(180),
    ends: true,
    error: Error::NoServer,
};

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

    /// Its folder: `data/`, `log`, `password` and the locks.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Makes the cluster if there is none, starts it if it does not run, and joins its users.
    ///
    /// `say` hears a line before anything that takes long.
    pub fn lease(&self, say: &mut dyn FnMut(&str)) -> Result<Lease> {
        self.belongs_to_us()?;
        private_dir(&self.dir, self.user).map_err(elsewhere("a server", &self.dir))?;
        let change = lock_alone(&self.dir.join(CHANGE), CHANGING, say)?;
        if let Some(address) = self.adopt(say)? {
            return self.join(address);
        }
        let address = self.start_anew(&change, say)?;
        self.join(address).inspect_err(|_| {
            // One that nobody uses would stay.
            let _ = self.stop(&change);
        })
    }

    /// Joins the users of a server that runs, and may have been made just now.
    fn join(&self, address: Address) -> Result<Lease> {
        self.prepare(&address)?;
        let users = self.open(USERS)?;
        users.lock_shared().at("lock", &self.dir.join(USERS))?;
        Ok(Lease { cluster: self.clone(), users: Some(users), address })
    }

    /// Starts the server, and first makes or mends whatever keeps it from running.
    fn start_anew(&self, change: &File, say: &mut dyn FnMut(&str)) -> Result<Address> {
        self.stop(change)?;
        self.sweep_drafts();
        self.set_broken_aside(say)?;
        let ports = || rand::rng().random_iter().take(10).map(port);
        if !self.data().is_dir() {
            say("Making a private PostgreSQL cluster (once)…");
            let _work = activity::begin("initdb");
            self.initialise(change)?;
            return self.start(change, ports());
        }
        // PostgreSQL will have no other.
        own(&self.data(), self.user, 0o700)?;
        memory::restore(&self.data(), self.user);
        if self.password().is_none() {
            self.renew_password()?;
        }
        let address = self.start(change, ports())?;
        if !address.try_connect().is_err_and(|error| is_wrong_password(&error)) {
            return Ok(address);
        }
        self.stop(change)?;
        self.renew_password()?;
        self.start(change, ports())
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
        let change = lock_alone(&self.dir.join(CHANGE), CHANGING, &mut activity::note)?;
        if self.open(USERS)?.try_lock().is_err() {
            return Ok(false);
        }
        self.stop(&change)?;
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

    /// Who it runs as, if not as we do.
    pub(super) fn user(&self) -> Option<User> {
        self.user
    }

    /// The programs that it runs on.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// One of its programs, as the user that runs it.
    pub(super) fn program(&self, name: &str) -> Program {
        self.binaries.program(name, self.user)
    }

    fn log(&self) -> PathBuf {
        self.dir.join(LOG)
    }

    fn open(&self, name: &str) -> Result<File> {
        lock_file(&self.dir.join(name))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let cluster = &self.cluster;
        // Whoever leaves after Ctrl-C waits too: the last one out has to be told from the others.
        let waiting = Waiting { ends: false, ..CHANGING };
        let Ok(change) = lock_alone(&cluster.dir.join(CHANGE), waiting, &mut |_| {}) else {
            return;
        };
        // Letting go of our share first: the lock is of the file, and both are ours.
        drop(self.users.take());
        let alone = cluster.open(USERS).is_ok_and(|users| users.try_lock().is_ok());
        if alone && !cluster.is_kept() {
            // Nobody is left to tell; the next command adopts what would not stop.
            let _ = cluster.stop(&change);
            if home::is_memory(&cluster.dir) && !cluster.pid_file().exists() {
                // Memory is dearer than the second that a new one takes. Half of one would be taken
                // for a whole one, should we be killed meanwhile.
                let _ = fs::rename(cluster.data(), cluster.dir.join(DRAFTS[1]));
                cluster.sweep_drafts();
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

fn is_wrong_password(error: &postgres::Error) -> bool {
    error.code() == Some(&postgres::error::SqlState::INVALID_PASSWORD)
}

/// One of those that no service is known by, and few clients are given.
fn port(random: u16) -> u16 {
    20_000 + random % 40_000
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
