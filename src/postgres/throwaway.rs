//! A server for one step of a lesson: to be killed, to be filled up, to be thrown away.
//!
//! Unlike the private cluster it waits for the disk as a real server does, and its postmaster is
//! our own child, so that its end is certain.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgres::Client;
use rand::RngExt;
use rand::distr::{Alphanumeric, SampleString};

use super::address::Address;
use super::binaries::{self, Binaries};
use super::bundle;
use super::cluster::Cluster;
use super::cluster::settings::settings;
use super::needs::OLDEST;
use crate::error::{Error, PathContext, Result};
use crate::home::Home;
use crate::lock::lock_file;
use crate::process::{self, Running};

/// How often a start is tried: a port may be taken, and what a killed server leaves takes a moment
/// to go.
const ATTEMPTS: usize = 200;

/// How long one start may take, in waits of [`PAUSE`].
const WAITS: usize = 3000;
const PAUSE: Duration = Duration::from_millis(20);

/// A server that runs, or that was killed. Dropping it removes all of it.
pub struct Throwaway {
    cluster: Cluster,
    settings: Vec<String>,
    /// The server process, and where it listens.
    server: Option<(Running, Address)>,
    lock: File,
}

impl std::fmt::Debug for Throwaway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Throwaway").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Throwaway {
    /// Makes a cluster and starts its server, from these programs if they are known, else from the
    /// machine's or the bundle's.
    pub fn start(known: Option<Binaries>, settings: &[&str]) -> Result<Throwaway> {
        let home = Home::locate()?;
        let binaries = match known {
            Some(binaries) => binaries,
            None => any(&home)?,
        };
        sweep(&home, &binaries);
        let name = Alphanumeric.sample_string(&mut rand::rng(), 8);
        let cluster = Cluster::new(&home, &format!("{PREFIX}{name}"), binaries);
        // Nobody may come upon it before its lock is held.
        let draft = home.data.join(format!("{DRAFT}{name}"));
        crate::home::private_dir(&draft, home.server_user)?;
        let lock = lock_file(&draft.join(LOCK))?;
        lock.lock().at("lock", &draft)?;
        fs::rename(&draft, cluster.dir()).at("name", cluster.dir())?;
        let settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let mut throwaway = Throwaway { cluster, settings, server: None, lock };
        throwaway.cluster.initialise(&throwaway.lock)?;
        throwaway.restart()?;
        Ok(throwaway)
    }

    /// Opens a session as the superuser.
    pub fn connect(&self) -> Result<Client> {
        self.address()?.connect()
    }

    /// The URL of the superuser's login.
    pub fn url(&self) -> String {
        self.address().map(|address| address.url()).unwrap_or_default()
    }

    /// SIGKILL, as `kill -9` sends it, to the server and all of its processes: none of them can
    /// write another byte, tidy up or say goodbye.
    pub fn kill(&mut self) -> Result<()> {
        let pids = "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()";
        let rows = self.connect()?.query(pids, &[]);
        let rows = rows
            .map_err(|source| Error::Server { context: "cannot list processes".into(), source })?;
        if let Some((mut postmaster, _)) = self.server.take() {
            postmaster.end();
        }
        for row in rows {
            process::kill(row.get(0));
        }
        Ok(())
    }

    /// Starts the server on the data that is there.
    pub fn restart(&mut self) -> Result<()> {
        self.server = None;
        let mut said = String::new();
        for _ in 0..ATTEMPTS {
            let port = rand::rng().random_range(20_000..60_000_u16);
            match self.attempt(port)? {
                Ok(server) => {
                    self.server = Some(server);
                    return Ok(());
                }
                Err(words) => said = words,
            }
            let passing = ["could not bind", "could not create any TCP", "shared memory block"];
            if !passing.iter().any(|words| said.contains(words)) {
                break;
            }
        }
        Err(Error::NoServer(format!("a server of the lesson's own does not start:\n{said}")))
    }

    /// One start: the server, or what it said before it ended.
    fn attempt(&self, port: u16) -> Result<Result<(Running, Address), String>> {
        let mut program = self.cluster.program("postgres").arg("-D").arg(self.cluster.data());
        let own =
            ["fsync=on", "synchronous_commit=on", "full_page_writes=on", "log_checkpoints=off"]
                .into_iter()
                .chain(["logging_collector=on", "log_filename=server.log", "log_line_prefix="])
                .map(str::to_owned);
        program = program.args(settings(port).split(' '));
        for setting in own.chain(self.settings.iter().cloned()) {
            program = program.args(["-c", &setting]);
        }
        let mut running = program.start()?;
        let address = self.cluster.address(port)?;
        let starts = self.starts();
        for _ in 0..WAITS {
            if running.wait(PAUSE).is_some() {
                // What it says before the collector runs goes to its own stream.
                let said = running.stderr().text();
                return Ok(Err(format!("{said}{}", self.log().join("\n"))));
            }
            // Another process writes the log; whoever reads it next wants all of the start in it.
            if self.starts() > starts && address.try_connect().is_ok() {
                return Ok(Ok((running, address)));
            }
        }
        Ok(Err("it takes too long".to_owned()))
    }

    /// How often the log says that the server is up.
    fn starts(&self) -> usize {
        let lines = self.log().into_iter();
        lines.filter(|line| line.contains("ready to accept connections")).count()
    }

    /// The lines of the server's log, of all its starts.
    pub fn log(&self) -> Vec<String> {
        let text = fs::read(self.cluster.data().join("log/server.log")).unwrap_or_default();
        String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
    }

    fn address(&self) -> Result<&Address> {
        let server = self.server.as_ref();
        server
            .map(|(_, address)| address)
            .ok_or_else(|| Error::NoServer("it was killed".to_owned()))
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        // Ended as it would be in an emergency: nothing of it is wanted any more.
        self.server = None;
        remove(self.cluster.dir());
    }
}

const PREFIX: &str = "throwaway-";
const DRAFT: &str = "draft-";
const LOCK: &str = "lock";

/// Ends and removes what a killed pglings has left: clusters whose lock nobody holds.
pub fn sweep(home: &Home, binaries: &Binaries) {
    let named = |prefix: &str| -> Vec<PathBuf> {
        let entries = fs::read_dir(&home.data).into_iter().flatten().flatten();
        let left = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
        left.map(|entry| entry.path()).collect()
    };
    for draft in named(DRAFT).into_iter().filter(|draft| is_old(draft)) {
        remove(&draft);
    }
    for dir in named(PREFIX) {
        if let Ok(lock) = lock_file(&dir.join(LOCK))
            && lock.try_lock().is_ok()
        {
            // A folder's name is its label and the major version.
            let label = dir.file_name().map(|name| name.to_string_lossy().into_owned());
            let label = label.unwrap_or_default();
            let label = label.rsplit_once('-').map_or(label.as_str(), |(label, _)| label);
            let _ = Cluster::new(home, label, binaries.clone()).stop(&lock);
            remove(&dir);
        }
    }
}

/// Whoever makes a draft has done so in a moment, and nobody can tell whether its lock is about to be
/// held.
fn is_old(draft: &Path) -> bool {
    let changed = fs::metadata(draft).and_then(|found| found.modified());
    let age = changed.ok().and_then(|changed| changed.elapsed().ok());
    age.is_some_and(|age| age > Duration::from_secs(3600))
}

/// The server's last processes may still write while it is removed.
fn remove(dir: &Path) {
    for _ in 0..ATTEMPTS {
        if fs::remove_dir_all(dir).is_ok() || !dir.exists() {
            return;
        }
    }
}

fn any(home: &Home) -> Result<Binaries> {
    let mut found = binaries::installed().into_iter().filter(|found| found.major >= OLDEST);
    match found.next() {
        Some(binaries) => Ok(binaries),
        None => Ok(bundle::fetch(home, &mut |_| {})?.1),
    }
}
