//! A database for the compiler: sqlx's macros ask it about the queries of an answer.
//!
//! It has what the exercise begins with, is there while the compiler runs, and is reached by a port of
//! its own, so that the answer's environment says nothing of the server. What the macros have learnt is
//! kept beside the exercises, where an editor finds it when no server runs.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::{Context, PathContext, Result};
use crate::home::{self, User};
use crate::postgres::database::{Database, Databases, Fixture};
use crate::postgres::tap::Tap;
use crate::process::Program;

/// The most that one question may take: nobody waits for a query that runs for ever.
const LIMIT: &str = "5s";

/// The folder beside a manifest that sqlx looks into.
pub const KEPT: &str = ".sqlx";

/// The most files that are kept there. The oldest go first.
const MOST: usize = 500;

/// See the module. Dropping it drops the database.
pub struct Queries {
    tap: Tap,
    database: Database,
    learnt: TempDir,
}

impl Queries {
    /// For a compiler that this user runs and that may write in this folder.
    pub fn new(
        databases: &Databases,
        fixture: &Fixture,
        listener: TcpListener,
        folder: &Path,
        user: Option<User>,
    ) -> Result<Queries> {
        let database = databases.create_for_check(fixture)?;
        let tap = Tap::on(listener, database.address.clone());
        let tap = tap.context("cannot listen on the loopback")?;
        let learnt = TempDir::new_in(folder).at("make a folder in", folder)?;
        home::own(learnt.path(), user, 0o700)?;
        Ok(Queries { tap, database, learnt })
    }

    /// Says that the server went away, if it did.
    pub fn alive(&self) -> Result<()> {
        self.database.grader.connect().map(drop)
    }

    /// The port that leads to it.
    pub fn port(&self) -> u16 {
        self.tap.address().port()
    }

    /// Tells the compiler of it. `socket` is the folder of a Unix socket that leads there, where no port
    /// can be reached.
    pub fn tell(&self, rustc: Program, socket: Option<&Path>) -> Program {
        let mut url = self.database.address.through(self.port()).url();
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&format!("options[statement_timeout]={LIMIT}"));
        if let Some(socket) = socket {
            url.push_str(&format!("&host={}&port=5432", socket.display()));
        }
        // What a learner's environment says of servers is about others.
        let of_client = |name: &String| name.starts_with("PG") && !name.starts_with("PGLINGS");
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let rustc = names.filter(of_client).fold(rustc, |rustc, name| rustc.without(&name));
        rustc
            .env("DATABASE_URL", url)
            .env("SQLX_OFFLINE", "false")
            .env("SQLX_OFFLINE_DIR", self.learnt.path())
    }

    /// Keeps what the compiler has learnt beside the exercises in this folder.
    pub fn keep(&self, exercises: &Path) -> Result<()> {
        let place = exercises.join(KEPT);
        fs::create_dir_all(&place).at("create", &place)?;
        for entry in files(self.learnt.path()) {
            let to = place.join(entry.file_name().unwrap_or_default());
            fs::copy(&entry, &to).at("write", &to)?;
        }
        let mut there = files(&place);
        let age = |path: &PathBuf| fs::metadata(path).and_then(|found| found.modified()).ok();
        there.sort_by_key(age);
        for old in there.iter().rev().skip(MOST) {
            let _ = fs::remove_file(old);
        }
        Ok(())
    }
}

/// The files in a folder; none if it is not there.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect()
}
