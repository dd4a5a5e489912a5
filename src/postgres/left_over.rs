//! Folders that pglings has made and does not use any more. They are told and left alone until
//! `server clean`: somebody may want to look into one.

use std::fs;
use std::path::PathBuf;

use super::binaries;
use super::bundle;
use super::cluster::{ASIDE, remove_call};
use crate::call::call;
use crate::error::{Error, PathContext, Result};
use crate::home::Home;

/// A folder that nothing uses.
#[derive(Debug)]
pub struct LeftOver {
    /// What it is, in a few words.
    pub what: &'static str,
    /// The folder.
    pub path: PathBuf,
}

impl LeftOver {
    /// The command that removes it.
    pub fn cure(&self) -> String {
        remove_call(&self.path)
    }

    /// Removes it, unless a server runs there that an older pglings has left.
    pub fn remove(&self) -> Result<()> {
        if self.path.join("data/postmaster.pid").exists() {
            return Err(Error::NoServer(format!(
                "a server may run in {}. Stop it first: {}",
                self.path.display(),
                call("server stop")
            )));
        }
        fs::remove_dir_all(&self.path).at("remove", &self.path)
    }
}

/// All of them: bundles and clusters of another pglings, and clusters that were set aside.
pub fn folders(home: &Home) -> Vec<LeftOver> {
    let older = bundle::others(home).into_iter();
    let mut found: Vec<LeftOver> =
        older.map(|path| LeftOver { what: "another bundle", path }).collect();
    let local = binaries::installed().into_iter().map(|found| format!("local-{}", found.major));
    let bundled = bundle::fetched(home).map(|(label, found)| format!("{label}-{}", found.major));
    let used: Vec<String> = local.chain(bundled).collect();
    for cluster in entries(&home.data) {
        let name = cluster.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_cluster = name.starts_with("local-") || name.starts_with("bundle-");
        if is_cluster && !used.contains(&name) {
            found.push(LeftOver { what: "a cluster of a server that is gone", path: cluster });
            continue;
        }
        let aside = |path: &PathBuf| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(ASIDE))
        };
        let aside = entries(&cluster).into_iter().filter(aside);
        found.extend(aside.map(|path| LeftOver { what: "a cluster set aside", path }));
    }
    found
}

fn entries(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    found.sort();
    found
}
