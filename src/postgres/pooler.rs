//! A real PgBouncer before the database of a lesson or a check, where the machine has one.

use std::fs;
use std::path::Path;
use std::time::Duration;

use postgres::Client;
use rand::RngExt;
use tempfile::TempDir;

use super::address::Address;
use super::programs::{Beside, POOLER, find};
use super::tap::Tap;
use crate::error::{Context, Error, PathContext, Result};
use crate::home::{self, Home, User};
use crate::process::{Program, Running};

/// How often a start is tried: a port may be taken.
const ATTEMPTS: usize = 20;

/// How long one start may take, in waits of [`PAUSE`].
const WAITS: usize = 500;
const PAUSE: Duration = Duration::from_millis(10);

/// A pooler that runs. Dropping it ends it.
pub struct Pooler {
    // Dropped in this order: it, and then what it goes through and reads.
    running: Running,
    address: Address,
    _to_server: Tap,
    _folder: TempDir,
}

impl Pooler {
    /// Starts it with these settings, as in `pgbouncer.ini`: `["pool_mode = transaction"]`. None, where
    /// the machine has no pgbouncer.
    pub fn start(beside: &Beside, settings: &[&str]) -> Result<Option<Pooler>> {
        let Some(program) = find(None, 0, POOLER) else { return Ok(None) };
        // It knows neither TLS as pglings does nor several hosts.
        let to_server =
            Tap::start(beside.address.clone()).context("cannot listen on the loopback")?;
        // As root it does not run.
        let user = Home::locate()?.server_user;
        let place = std::env::temp_dir();
        let folder = TempDir::with_prefix_in("pooler-", &place).at("make a folder in", &place)?;
        home::own(folder.path(), user, 0o700)?;
        let (login, password) = (beside.address.user(), beside.address.password());
        let users = format!("\"{}\" \"{}\"\n", doubled(login), doubled(&password));
        let users = write(folder.path(), "users", &users, user)?;
        let mut said = String::new();
        for _ in 0..ATTEMPTS {
            let port = rand::rng().random_range(20_000..60_000_u16);
            let text = format!(
                "[databases]\n{name} = host=127.0.0.1 port={server} user={login}\n[pgbouncer]\n\
                 listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
                 auth_type = scram-sha-256\nauth_file = {users}\n\
                 ignore_startup_parameters = extra_float_digits\n{settings}\n",
                name = beside.name,
                server = to_server.address().port(),
                settings = settings.join("\n"),
            );
            let config = write(folder.path(), "pgbouncer.ini", &text, user)?;
            let program = Program::new(&program).arg(&config).dir(folder.path());
            #[cfg(unix)]
            let program = program.user(user);
            let mut running = program.contained().start()?;
            let address = beside.address.through(port);
            for _ in 0..WAITS {
                if running.wait(PAUSE).is_some() {
                    break;
                }
                if address.try_connect().is_ok() {
                    let (_to_server, _folder) = (to_server, folder);
                    return Ok(Some(Pooler { running, address, _to_server, _folder }));
                }
            }
            said = running.stderr().text();
            if !said.contains("Address already in use") {
                break;
            }
        }
        Err(Error::Content(format!("pgbouncer does not start:\n{}", said.trim_end())))
    }

    /// The URL of the run's login by way of it.
    pub fn url(&self) -> String {
        self.address.url()
    }

    /// Opens a session by way of it.
    pub fn connect(&self) -> Result<Client> {
        self.address.connect()
    }

    /// Ends it at once, as a machine that fails would.
    pub fn kill(&mut self) {
        self.running.end();
    }

    /// Where it is, logged in as the role of the run.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

fn write(folder: &Path, name: &str, text: &str, user: Option<User>) -> Result<String> {
    let path = folder.join(name);
    fs::write(&path, text).at("write", &path)?;
    home::own(&path, user, 0o600)?;
    Ok(path.display().to_string())
}

fn doubled(text: &str) -> String {
    text.replace('"', "\"\"")
}
