//! Makes a cluster, and sees whether one that is there is whole.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;

use rand::RngExt;
use rand::distr::Alphanumeric;

use super::running::{cure, remove_call};
use super::{Cluster, START_LIMIT, SUPERUSER};
use crate::error::{self, Context, Error, PathContext, Result};
use crate::home::{User, own, private_dir};
use crate::postgres::address::Address;
use crate::postgres::scram;

/// How many letters and digits a password has.
const LENGTH: usize = 32;

/// In the data folder, once the server that was made there has been told what it needs.
const PREPARED: &str = "pglings.prepared";

/// What is being made or removed. Whoever comes upon it with the lock may remove it.
pub(super) const DRAFTS: [&str; 2] = ["data.new", "data.old"];

impl Cluster {
    /// `initdb` into a folder beside, renamed when whole. Should we be killed, `lock` is held until
    /// `initdb` has ended, which goes on alone and writes to the folder.
    pub(in crate::postgres) fn initialise(&self, lock: &File) -> Result<()> {
        let fresh = self.dir.join(DRAFTS[0]);
        self.write_password()?;
        let mut outcome = String::new();
        // PostgreSQL's own locale, since 17, asks the system for nothing but C. Before that, the names of
        // the locale that sorts alike everywhere; C is what every system has.
        let own = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
        let locales: [&[&str]; 3] = [&own, &["--locale=C.UTF-8"], &["--locale=C"]];
        let skipped = usize::from(self.binaries.major < 17);
        for locale in &locales[skipped..] {
            // What failed before may have left something, of which the next one would complain.
            self.sweep_drafts();
            private_dir(&fresh, self.user)?;
            let finished = self
                .program("initdb")
                .args(["--encoding=UTF8", "--auth=scram-sha-256", "--no-sync", "--no-instructions"])
                .args(["--username", SUPERUSER])
                .args(locale.iter())
                .arg("--pwfile")
                .arg(self.password_file())
                .arg("--pgdata")
                .arg(&fresh)
                .holding(lock)?
                .run(START_LIMIT)?;
            if finished.success() {
                let data = self.data();
                return fs::rename(&fresh, &data).at("create", &data);
            }
            outcome = finished.stderr.text();
        }
        let _ = fs::remove_dir_all(&fresh);
        let full = error::full(&outcome, &format!("initdb cannot write to {}", self.dir.display()));
        Err(full.unwrap_or_else(|| {
            Error::NoServer(format!(
                "initdb of PostgreSQL {} failed in {}:\n{}\n{}",
                self.binaries.version,
                self.dir.display(),
                outcome.trim_end(),
                cure(&self.dir)
            ))
        }))
    }

    /// Removes what was being made or removed when pglings was killed.
    pub(super) fn sweep_drafts(&self) {
        for name in DRAFTS {
            // What cannot be removed now, the next one may remove.
            let _ = fs::remove_dir_all(self.dir.join(name));
        }
    }

    /// Sets aside what is not a whole cluster of this version, and says so. Nothing runs on it.
    pub(super) fn set_broken_aside(&self, say: &mut dyn FnMut(&str)) -> Result<()> {
        let data = self.data();
        // An empty folder is nothing to keep.
        let _ = fs::remove_dir(&data);
        if fs::symlink_metadata(&data).is_err() {
            return Ok(());
        }
        let Some(flaw) = self.flaw() else { return Ok(()) };
        let aside = self.free_name();
        fs::rename(&data, &aside).at("move", &data)?;
        say(&format!(
            "The private cluster {flaw}. It is set aside, and another one is made; remove it when \
             you like: {}",
            remove_call(&aside)
        ));
        Ok(())
    }

    /// What keeps the data folder from being a cluster of this version.
    fn flaw(&self) -> Option<String> {
        let data = self.data();
        let Ok(version) = fs::read(data.join("PG_VERSION")) else {
            return Some("has no PG_VERSION".to_owned());
        };
        let version = String::from_utf8_lossy(&version).trim().to_owned();
        if version != self.binaries.major.to_string() {
            return Some(format!("is of PostgreSQL {version:?} by its PG_VERSION"));
        }
        let control = data.join("global/pg_control").is_file();
        (!control).then(|| "has no global/pg_control".to_owned())
    }

    fn free_name(&self) -> PathBuf {
        let mut number = 1;
        loop {
            let aside = self.dir.join(format!("{ASIDE}{number}"));
            if fs::symlink_metadata(&aside).is_err() {
                return aside;
            }
            number += 1;
        }
    }

    /// Says whose the cluster is, where its server could not read it.
    #[cfg(unix)]
    pub(super) fn belongs_to_us(&self) -> Result<()> {
        use std::os::unix::fs::MetadataExt;
        let own = rustix::process::geteuid();
        let wanted = self.user.map_or(own.as_raw(), |user: User| user.uid);
        let owner = |path: PathBuf| fs::metadata(path).ok().map(|found| found.uid());
        // Root gives its folder to the server's user; what is in there it leaves.
        let all = [(!own.is_root()).then(|| self.dir.clone()), Some(self.data())];
        let theirs = all.into_iter().flatten().filter_map(owner).find(|uid| *uid != wanted);
        let Some(uid) = theirs else { return Ok(()) };
        Err(Error::NoServer(format!(
            "The private cluster in {} belongs to user {uid}, and its server would run as user \
             {wanted}. To have another one made, remove it: {}",
            self.dir.display(),
            remove_call(&self.dir)
        )))
    }

    /// Elsewhere nobody runs as anybody else.
    #[cfg(not(unix))]
    pub(super) fn belongs_to_us(&self) -> Result<()> {
        Ok(())
    }

    fn password_file(&self) -> PathBuf {
        self.dir.join("password")
    }

    fn write_password(&self) -> Result<String> {
        let password: String =
            rand::rng().sample_iter(Alphanumeric).take(LENGTH).map(char::from).collect();
        let path = self.password_file();
        let _ = fs::remove_file(&path);
        fs::write(&path, "").at("write", &path)?;
        own(&path, self.user, 0o600)?;
        fs::write(&path, &password).at("write", &path)?;
        Ok(password)
    }

    /// The superuser's, unless the file is not as we have written it.
    pub(super) fn password(&self) -> Option<String> {
        let password = fs::read_to_string(self.password_file()).ok()?;
        let whole = password.len() == LENGTH
            && password.bytes().all(|letter| letter.is_ascii_alphanumeric());
        whole.then_some(password)
    }

    /// Gives the superuser another password, where the file of it was lost. No server runs.
    pub(super) fn renew_password(&self) -> Result<()> {
        let password = self.write_password()?;
        let sql = format!("ALTER ROLE {SUPERUSER} PASSWORD '{}';\n", scram::verifier(&password));
        let mut alone = self
            .program("postgres")
            .args(["--single", "-D"])
            .arg(self.data())
            .arg("postgres")
            .start()?;
        if let Some(mut stdin) = alone.stdin.take() {
            stdin.write_all(sql.as_bytes()).context("cannot speak to postgres")?;
        }
        let status = alone.wait(START_LIMIT);
        if status.is_some_and(|status| status.success()) {
            return Ok(());
        }
        let said = alone.stderr().text();
        Err(Error::NoServer(format!(
            "The private cluster's password is lost, and no other can be set:\n{}\n{}",
            said.trim_end(),
            cure(&self.dir)
        )))
    }

    /// Tells a new cluster's server what it needs, once. Whoever made it may have been killed
    /// before.
    pub(super) fn prepare(&self, address: &Address) -> Result<()> {
        let mark = self.data().join(PREPARED);
        if mark.exists() {
            return Ok(());
        }
        let verifier = scram::verifier(&address.password());
        // A run is to reach its own database and no other.
        let sql = format!(
            "ALTER ROLE {SUPERUSER} PASSWORD '{verifier}';
             REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC"
        );
        address.connect()?.batch_execute(&sql).context("cannot prepare the cluster")?;
        fs::write(&mark, "").at("write", &mark)
    }
}

/// What the name of a folder begins with that was set aside.
pub(in crate::postgres) const ASIDE: &str = "data.aside.";
