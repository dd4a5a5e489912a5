//! The server of docker-compose.yml: started when nothing else will do, or when it is asked for.
//!
//! What pglings has started it stops when its last user leaves; what ran before stays. Which of the
//! two a container is stands in a note beside the locks: the moment of its start, so that one that
//! the learner has started again since counts as theirs. The volume is never touched.
//!
//! The locks are those of a private [cluster](super::cluster): `change.lock` for whoever starts or
//! stops, `users.lock` of the container for whoever uses it. Where another user of the machine, or
//! another `PGLINGS_HOME`, comes upon the container, it ran before.

mod compose;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use self::compose::{Compose, Container};
use super::address::Address;
use crate::activity;
use crate::error::{Error, PathContext, Result};
use crate::home::Home;
use crate::interrupt;
use crate::lock::{Waiting, lock_alone, lock_file};

/// How long a container may take until it answers: the first start makes a cluster.
const START_LIMIT: Duration = Duration::from_secs(120);

/// Whoever holds the lock may be fetching the image.
const CHANGING: Waiting = Waiting {
    holder: "starts or stops the server in Docker",
    limit: Duration::from_secs(1000),
    ends: true,
    error: Error::NoServer,
};

/// Between two attempts to connect, and how many of these pass until the engine is asked.
const PAUSE: Duration = Duration::from_millis(100);
const LOOK_EVERY: u32 = 10;

/// What is known of Docker on this machine, and of the workbook's container.
#[derive(Debug)]
pub struct Docker {
    compose: Compose,
    dir: PathBuf,
}

/// The right to use the container. Dropping the last one stops it, if pglings has started it.
#[derive(Debug)]
pub struct Lease {
    docker: Docker,
    container: Container,
    users: Option<File>,
    /// Where the server is.
    pub address: Address,
}

/// Whether the container runs, and by whose will.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It does not run, or there is none.
    Stopped,
    /// pglings has started it, and stops it with its last user.
    Used(String),
    /// pglings has started it, and is to keep it.
    Kept(String),
    /// It ran before pglings came.
    Theirs(String),
}

impl Docker {
    /// Whether pglings has used the container once: only then can there be something of ours in it.
    /// Quicker than asking Docker.
    pub fn was_used(home: &Home) -> bool {
        home.cache.join("docker").is_dir()
    }

    /// The engine, if it answers. The error is a sentence with the cure.
    pub fn locate(home: &Home) -> Result<Docker> {
        // In the cache, which is the same one where clusters are in memory.
        Ok(Docker { compose: Compose::locate()?, dir: home.cache.join("docker") })
    }

    /// What it is, in a line: the versions of the engine and of compose.
    pub fn versions(&self) -> String {
        self.compose.versions()
    }

    /// Whether the server can be started without fetching its image.
    pub fn has_image(&self) -> bool {
        self.compose.has_image()
    }

    /// Starts the container if it does not run, waits until it answers, and joins its users.
    pub fn lease(self, say: &mut dyn FnMut(&str)) -> Result<Lease> {
        let _change = self.lock_change(CHANGING, say)?;
        let before = self.compose.container()?.filter(|container| container.running);
        let container = match before {
            Some(container) => {
                if self.starting().exists() {
                    // Whoever was starting it is gone: we hold the lock.
                    self.note_start(&container)?;
                }
                container
            }
            None => self.start(say)?,
        };
        let address = match self.ready(&container) {
            Ok(address) => address,
            Err(error) => {
                self.stop_if_ours(&container);
                return Err(error);
            }
        };
        let path = self.file(&container, "users.lock");
        let users = lock_file(&path)?;
        users.lock_shared().at("lock", &path)?;
        Ok(Lease { docker: self, container, users: Some(users), address })
    }

    /// Whether it runs. Starts nothing.
    pub fn state(&self) -> Result<State> {
        let Some(container) = self.compose.container()?.filter(|container| container.running)
        else {
            return Ok(State::Stopped);
        };
        let place = self.compose.address(&container).map(|address| address.to_string())?;
        Ok(match self.is_ours(&container) {
            false => State::Theirs(place),
            true if self.file(&container, "keep").exists() => State::Kept(place),
            true => State::Used(place),
        })
    }

    /// Where the server is, if it runs and answers. Starts nothing.
    pub fn running(&self) -> Option<Address> {
        let container = self.compose.container().ok().flatten().filter(|found| found.running)?;
        self.compose.address(&container).ok().filter(|address| address.try_connect().is_ok())
    }

    /// Stops what pglings has started, unless others use it. Returns whether it is stopped now.
    pub fn stop_if_unused(&self) -> Result<bool> {
        let Some(container) = self.compose.container()?.filter(|container| container.running)
        else {
            return Ok(true);
        };
        let _change = self.lock_change(CHANGING, &mut activity::note)?;
        let _ = fs::remove_file(self.file(&container, "keep"));
        let users = lock_file(&self.file(&container, "users.lock"))?;
        if users.try_lock().is_err() {
            return Ok(false);
        }
        self.stop_if_ours(&container);
        Ok(true)
    }

    fn start(&self, say: &mut dyn FnMut(&str)) -> Result<Container> {
        say(if self.has_image() {
            "Starting PostgreSQL in Docker…"
        } else {
            "Starting PostgreSQL in Docker (its image is fetched once, about 150 MB)…"
        });
        let _work = activity::begin("docker compose up");
        fs::write(self.starting(), "").at("write", &self.starting())?;
        let started = self.compose.up();
        let container = self.compose.container()?.filter(|container| container.running);
        match (started, container) {
            (Ok(()), Some(container)) => self.note_start(&container).map(|()| container),
            (started, container) => {
                // What came up by halves, or after Ctrl-C, is not to stay.
                if let Some(container) = &container {
                    self.compose.stop(container);
                }
                // Where we were told to stop, so was what we asked: the note stays for the next one.
                interrupt::check()?;
                let _ = fs::remove_file(self.starting());
                started?;
                Err(Error::NoServer(self.compose.ended()))
            }
        }
    }

    /// Waits for a connection, which is the proof that it is ready. The health that the engine
    /// tells of comes seconds later.
    fn ready(&self, container: &Container) -> Result<Address> {
        let address = self.compose.address(container)?;
        let began = Instant::now();
        let mut tried = 0;
        loop {
            interrupt::check()?;
            let error = match address.try_connect() {
                Ok(_) => return Ok(address),
                Err(error) => error,
            };
            // It answers, and does not want us: that will not change.
            if let Some(refusal) = error.as_db_error()
                && refusal.code().code().starts_with("28")
            {
                return Err(Error::NoServer(self.compose.refused(refusal.message())));
            }
            tried += 1;
            if tried % LOOK_EVERY == 0 || began.elapsed() > START_LIMIT {
                let now = self.compose.container()?.filter(|now| now.id == container.id);
                let sick = now.is_none_or(|now| !now.running || now.health == "unhealthy");
                if sick || began.elapsed() > START_LIMIT {
                    return Err(Error::NoServer(self.compose.unhealthy(container)));
                }
            }
            thread::sleep(PAUSE);
        }
    }

    fn starting(&self) -> PathBuf {
        self.dir.join("starting")
    }

    /// A file on this container.
    fn file(&self, container: &Container, name: &str) -> PathBuf {
        let id = container.id.get(..12).unwrap_or(&container.id);
        self.dir.join(format!("{id}.{name}"))
    }

    fn note_start(&self, container: &Container) -> Result<()> {
        let path = self.file(container, "started");
        fs::write(&path, &container.started_at).at("write", &path)?;
        let _ = fs::remove_file(self.file(container, "keep"));
        fs::remove_file(self.starting()).at("remove", &self.starting())
    }

    /// Whether this run of the container was begun by pglings.
    fn is_ours(&self, container: &Container) -> bool {
        fs::read_to_string(self.file(container, "started"))
            .is_ok_and(|moment| moment == container.started_at)
    }

    fn stop_if_ours(&self, container: &Container) {
        if self.is_ours(container) {
            // Nobody is left to tell; the next command comes upon what would not stop.
            self.compose.stop(container);
        }
    }

    fn lock_change(&self, waiting: Waiting, say: &mut dyn FnMut(&str)) -> Result<File> {
        fs::create_dir_all(&self.dir).at("create", &self.dir)?;
        lock_alone(&self.dir.join("change.lock"), waiting, say)
    }
}

impl Lease {
    /// Has the container stay when its last user leaves. Returns whether that is ours to say.
    pub fn keep(&self) -> Result<bool> {
        let ours = self.docker.is_ours(&self.container);
        let path = self.docker.file(&self.container, "keep");
        if ours {
            fs::write(&path, "").at("write", &path)?;
        }
        Ok(ours)
    }

    /// The folder of its compose file.
    pub fn root(&self) -> &Path {
        self.docker.compose.root()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let docker = &self.docker;
        // Whoever leaves after Ctrl-C waits too: the last one out has to be told from the others.
        let waiting = Waiting { ends: false, ..CHANGING };
        let Ok(_change) = docker.lock_change(waiting, &mut |_| {}) else { return };
        // Letting go of our share first: the lock is of the file, and both are ours.
        drop(self.users.take());
        let users = lock_file(&docker.file(&self.container, "users.lock"));
        let alone = users.is_ok_and(|users| users.try_lock().is_ok());
        if alone && !docker.file(&self.container, "keep").exists() {
            docker.stop_if_ours(&self.container);
        }
    }
}
