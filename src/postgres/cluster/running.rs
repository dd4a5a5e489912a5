//! Finds the server that runs, starts one, and stops it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::postmaster::{self, Postmaster};
use super::settings::settings;
use super::{Cluster, DATA, LOG, START_LIMIT, SUPERUSER, USERS};
use crate::error::{self, Error, PathContext, Result};
use crate::home::{self, own};
use crate::interrupt;
use crate::postgres::address::Address;
use crate::postgres::memory;
use crate::process;

const PAUSE: Duration = Duration::from_millis(10);
/// How long a server is waited for in silence.
const QUIET: Duration = Duration::from_secs(1);
/// On a disk with less room than this, in bytes, a server may not start and cannot say why.
const LITTLE: u64 = 1 << 20;
/// How long the processes of a server that was killed may take to go.
const GOING: Duration = Duration::from_secs(10);

impl Cluster {
    /// Where the server is, if it runs. Joins nobody and starts nothing.
    pub fn running(&self) -> Option<Address> {
        let found = postmaster::of(&self.data())?;
        let address = self.address(found.port).ok()?;
        address.try_connect().is_ok().then_some(address)
    }

    /// The server that runs already. It may be about to start or to end, since whoever did that was
    /// killed: then it is waited for. `None` is said of one that is of no use to anybody, too.
    pub(super) fn adopt(&self, say: &mut dyn FnMut(&str)) -> Result<Option<Address>> {
        let began = Instant::now();
        let mut said = false;
        while let Some(Postmaster { port, .. }) = postmaster::of(&self.data()) {
            if self.password().is_none() {
                return self.unless_used("its password is lost");
            }
            let address = self.address(port)?;
            // Nobody else's server knows the password, and a process of ours has the port.
            let Err(error) = address.try_connect() else { return Ok(Some(address)) };
            let words = error
                .as_db_error()
                .map_or_else(|| "it does not answer".to_owned(), |db| db.message().to_owned());
            match error.code().map(postgres::error::SqlState::code) {
                // It does not listen yet, or says that it begins or ends.
                None | Some("57P03") => {}
                Some("53300") => {
                    return Err(Error::NoServer(format!(
                        "The private server has no connection left: {words}. Others use it; end \
                         one of them, or try again when one has ended."
                    )));
                }
                Some(_) => return self.unless_used(&words),
            }
            interrupt::check()?;
            if began.elapsed() >= START_LIMIT {
                return self.unless_used(&words);
            }
            if !said && began.elapsed() >= QUIET {
                said = true;
                say(&format!("Waiting for the private server: {words}…"));
            }
            thread::sleep(PAUSE);
        }
        Ok(None)
    }

    /// A server that runs and is of no use may be stopped, unless others use it.
    fn unless_used(&self, why: &str) -> Result<Option<Address>> {
        if self.open(USERS)?.try_lock().is_ok() {
            return Ok(None);
        }
        Err(Error::NoServer(format!(
            "The private server cannot be used: {why}. Another pglings uses it; try again when \
             that has ended."
        )))
    }

    /// Starts the server, on the first of these ports that nobody has. One that looks free may be
    /// taken by the time the server asks for it.
    pub(super) fn start(
        &self,
        lock: &File,
        ports: impl IntoIterator<Item = u16>,
    ) -> Result<Address> {
        let mut last = String::new();
        for port in ports {
            let log = self.log();
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
                .holding(lock)?
                .run(START_LIMIT)?;
            if finished.success() {
                return self.address(port);
            }
            interrupt::check()?;
            last = self.log_tail(12);
            if !last.contains("could not bind") && !last.contains("could not create any TCP") {
                break;
            }
        }
        // One that takes too long may start yet, when nobody uses it.
        let _ = self.stop(lock);
        let what = format!("PostgreSQL cannot write to {}", self.dir.display());
        if let Some(full) = error::full(&last, &what) {
            return Err(full);
        }
        // Then there is no room for a log either.
        if home::has_less(&self.dir, LITTLE) == Some(true) {
            return Err(error::no_room(&what));
        }
        Err(Error::NoServer(format!(
            "PostgreSQL {} does not start from {}. The end of its log:\n{last}\n{}",
            self.binaries.version,
            self.dir.display(),
            cure(&self.dir)
        )))
    }

    /// Stops the server of the data folder, if one runs, and waits for its end. Should we be killed,
    /// the lock is held until that.
    pub(in crate::postgres) fn stop(&self, lock: &File) -> Result<()> {
        let data = self.data();
        for mode in ["fast", "immediate"] {
            if postmaster::of(&data).is_none() {
                break;
            }
            self.program("pg_ctl")
                .server(self.pid_file())
                .args(["stop", "--wait", "--silent", "--timeout", "20", "--mode", mode, "--pgdata"])
                .arg(&data)
                .holding(lock)?
                .run(Duration::from_secs(30))?;
        }
        if cfg!(unix) {
            // It may have been stopped as with Ctrl-Z.
            postmaster::of(&data).into_iter().for_each(|left| process::kill(left.pid));
            self.end_orphans();
        }
        // Nobody's, by now. Its number may be that of another process, and keep a server from
        // starting.
        if postmaster::of(&data).is_none() {
            let _ = fs::remove_file(self.pid_file());
            memory::leave(&data);
        }
        Ok(())
    }

    /// Ends what a server that was killed has left: as long as one of these lives, none can start.
    fn end_orphans(&self) {
        let began = Instant::now();
        loop {
            let left = postmaster::processes(&self.data());
            if left.is_empty() || began.elapsed() >= GOING {
                return;
            }
            left.into_iter().for_each(process::kill);
            thread::sleep(PAUSE);
        }
    }

    pub(in crate::postgres) fn address(&self, port: u16) -> Result<Address> {
        let password = self.password().ok_or_else(|| {
            Error::NoServer(format!("the password in {} is lost", self.dir.display()))
        })?;
        Ok(Address::local(port, SUPERUSER, &password, "postgres"))
    }

    pub(super) fn pid_file(&self) -> PathBuf {
        self.data().join("postmaster.pid")
    }
}

/// What to do about a server that cannot be made or started, whatever it said.
pub(super) fn cure(dir: &Path) -> String {
    format!("Only databases of lessons are in it. To have another one made: {}", remove_call(dir))
}

/// The command that removes a folder.
pub(in crate::postgres) fn remove_call(path: &Path) -> String {
    let program = if cfg!(windows) { "rmdir /s" } else { "rm -r" };
    let path = path.display().to_string();
    let plain = path.chars().all(|c| c.is_alphanumeric() || "/\\:._-".contains(c));
    if plain { format!("{program} {path}") } else { format!("{program} \"{path}\"") }
}
