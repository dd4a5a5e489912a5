//! PostgreSQL's own programs beside the server that a lesson or a check is on: `psql`, `pg_dump`,
//! `pg_restore` and their kin.

use std::env::consts::EXE_SUFFIX as EXE;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::address::Address;
use super::binaries::{self, Binaries};
use super::bundle;
use crate::error::{Error, PathContext, Result};
use crate::home::Home;
use crate::process::{Finished, Program};

/// How long one may run.
const LIMIT: Duration = Duration::from_secs(60);

/// The database of a lesson or a check, and what is known of its server.
#[derive(Debug, Clone)]
pub struct Beside {
    /// The name of the database.
    pub name: String,
    /// Where it is, logged in as the role of the run.
    pub address: Address,
    /// The programs of its server, where that is a private cluster.
    pub binaries: Option<Binaries>,
    /// The server's major version.
    pub major: u32,
}

impl Beside {
    /// Where a program is.
    ///
    /// # Errors
    ///
    /// When there is none of the server's version or a newer one.
    pub fn locate(&self, name: &str) -> Result<PathBuf> {
        let major = self.major;
        find(self.binaries.as_ref(), major, name).ok_or_else(|| {
            Error::NeedsMore(format!("There is no {name} of PostgreSQL {major} or newer here."))
        })
    }

    /// The name for a role that a run creates: others create theirs on the same server.
    pub fn role(&self, name: &str) -> String {
        format!("{}_{name}", self.name)
    }
}

/// Programs that run there, in a folder of their own. Dropping it removes that.
#[derive(Debug)]
pub struct Programs {
    beside: Beside,
    folder: TempDir,
}

impl Programs {
    /// In an empty folder.
    pub fn new(beside: Beside) -> Result<Programs> {
        let place = std::env::temp_dir();
        let folder = TempDir::with_prefix_in("programs-", &place).at("make a folder in", &place)?;
        Ok(Programs { beside, folder })
    }

    /// Where a file of this name is that they write or read.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs one to its end, for a minute at the most. It finds the database by its environment; an
    /// argument `--dbname` says another one.
    ///
    /// # Errors
    ///
    /// When there is none of the server's version or a newer one. That it fails is none.
    pub fn run(&self, name: &str, args: &[impl AsRef<OsStr>]) -> Result<Finished> {
        let program = Program::new(self.beside.locate(name)?)
            .args(args)
            .env("LC_ALL", "C")
            .dir(self.folder.path());
        let address = self.beside.address.named(name);
        let told = address.environment().into_iter();
        told.fold(program, |program, (name, value)| program.env(name, value)).contained().run(LIMIT)
    }

    /// What it says on its standard output. That it fails is an error, in its own words.
    pub fn text(&self, name: &str, args: &[impl AsRef<OsStr>]) -> Result<String> {
        let finished = self.run(name, args)?;
        match finished.status {
            Some(status) if status.success() => Ok(finished.stdout.text()),
            Some(_) => Err(Error::Content(format!("{name} failed:\n{}", finished.stderr.text()))),
            None => Err(Error::Content(format!("{name} did not end within {} s", LIMIT.as_secs()))),
        }
    }
}

/// A program of the server's own folder, else one of the machine's or the bundle's that speaks to a server
/// of this major version. `pgbouncer` is of any.
pub(super) fn find(own: Option<&Binaries>, major: u32, name: &str) -> Option<PathBuf> {
    let file = format!("{name}{EXE}");
    let there = |dir: &Path| Some(dir.join(&file)).filter(|path| path.is_file());
    if name == POOLER {
        let path = std::env::var_os("PATH").unwrap_or_default();
        // Where only root's PATH leads.
        let more = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"].map(PathBuf::from);
        return std::env::split_paths(&path).chain(more).find_map(|dir| there(&dir));
    }
    let bundled = || bundle::fetched(&Home::locate().ok()?).map(|(_, found)| found);
    own.and_then(|found| there(&found.dir)).or_else(|| {
        let all = binaries::installed().into_iter().chain(bundled());
        all.filter(|found| found.major >= major).find_map(|found| there(&found.dir))
    })
}

/// The folders that a program has to read to run.
pub(super) fn folders(program: &Path) -> Vec<PathBuf> {
    let above = |steps: usize| program.ancestors().nth(steps);
    // Those of the bundle have their libraries beside the folder that PostgreSQL is in.
    let of_bundle = above(4).filter(|folder| bundle::is_one(folder));
    of_bundle.or_else(|| above(2)).map(Path::to_owned).into_iter().collect()
}

/// The pooler that lessons speak of.
pub(super) const POOLER: &str = "pgbouncer";
