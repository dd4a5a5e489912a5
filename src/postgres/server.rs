//! A server that is used: where it is, which one, and what keeps it running.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::address::Address;
use super::cluster::{self, Cluster};
use super::docker;
use super::needs::{Lacking, Needs, Privilege};
use super::programs;
use crate::error::{Context, Error, Result};

/// A server that is up, with a login that may create databases.
#[derive(Debug)]
pub struct Server {
    /// Where it is.
    pub address: Address,
    /// Its version as a number: 150018 is 15.18.
    pub version: u32,
    /// Which one it is and why it was chosen, in one line.
    pub why: String,
    /// What cannot be kept apart on it, to be said once.
    pub shared: Option<String>,
    /// What its login may do.
    pub(super) may: Privilege,
    pub(super) lease: Option<Held>,
    pub(super) extensions: OnceLock<BTreeSet<String>>,
}

/// What keeps a server running while it is used.
#[derive(Debug)]
pub(super) enum Held {
    Cluster(cluster::Lease),
    Container(docker::Lease),
}

impl Server {
    /// The major version.
    pub fn major(&self) -> u32 {
        self.version / 10_000
    }

    /// Says what it lacks of what is needed.
    pub fn has(&self, needs: &Needs) -> Result<()> {
        let Some(lacking) = self.lacking(needs)? else { return Ok(()) };
        let why = match &lacking {
            Lacking::Version(least) => {
                format!("It needs PostgreSQL {least}, and the server is {}.", self.why)
            }
            _ => format!("The server {}: it is {}.", lacking.words(), self.why),
        };
        Err(lacking.error(why))
    }

    pub(super) fn lacking(&self, needs: &Needs) -> Result<Option<Lacking>> {
        let there = match needs.extensions {
            [] => &BTreeSet::new(),
            _ => self.extensions()?,
        };
        let has = |name: &str| there.contains(name);
        let own = self.cluster().map(Cluster::binaries);
        let runs = |name: &str| programs::find(own, self.major(), name).is_some();
        Ok(needs.lacking(self.major(), self.may, has, runs))
    }

    /// The extensions that can be created. They are asked for once: every check wants to know.
    fn extensions(&self) -> Result<&BTreeSet<String>> {
        if let Some(known) = self.extensions.get() {
            return Ok(known);
        }
        let sql = "SELECT name::text FROM pg_available_extensions";
        let rows = self.address.connect()?.query(sql, &[]).context("cannot list the extensions")?;
        Ok(self.extensions.get_or_init(|| rows.iter().map(|row| row.get(0)).collect()))
    }

    /// What a program in a sandbox has to read to run the programs that are needed.
    pub fn programs(&self, needs: &Needs) -> Vec<PathBuf> {
        let own = self.cluster().map(Cluster::binaries);
        let found =
            needs.programs.iter().filter_map(|name| programs::find(own, self.major(), name));
        found.flat_map(|path| programs::folders(&path)).collect()
    }

    /// The private cluster, if that is what it is.
    pub fn cluster(&self) -> Option<&Cluster> {
        match &self.lease {
            Some(Held::Cluster(lease)) => Some(lease.cluster()),
            _ => None,
        }
    }

    /// Has it stay when its last user leaves. Returns whether pglings started it, so that it can
    /// say so.
    pub fn keep(&self) -> Result<bool> {
        match &self.lease {
            Some(Held::Cluster(lease)) => lease.cluster().keep(true).map(|()| true),
            Some(Held::Container(lease)) => lease.keep(),
            None => Ok(false),
        }
    }
}

impl Lacking {
    /// A server that is there and will not do is told apart from none at all.
    pub(super) fn error(&self, why: String) -> Error {
        match self {
            Lacking::Version(_) => Error::NeedsNewer(why),
            _ => Error::NeedsMore(why),
        }
    }
}
