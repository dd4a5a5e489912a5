//! Where a server is and as whom to log in.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use postgres::Client;
use rustls::ClientConfig;
use tokio_postgres::config::{Host, SslMode, SslNegotiation};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::conninfo::{self, percent_encode};
use super::tls::{self, Mode, Roots};
use super::wire::{PATIENCE, Upstream, Wire};
use crate::error::{Context, Error, Result};

/// A server and a login. Printed, it shows no password.
#[derive(Clone)]
pub struct Address {
    config: Config,
    mode: Mode,
    roots: Roots,
    /// How to speak TLS, where it may be spoken.
    tls: Option<Arc<ClientConfig>>,
}

impl Address {
    /// Reads a connection string of either form: `postgres://…` or `host=… user=…`.
    pub fn parse(text: &str) -> Result<Address> {
        let conninfo::Conninfo { mut config, mode, roots } = conninfo::read(text)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host("localhost");
        }
        if config.get_user().is_none() {
            let known =
                ["PGUSER", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
            config.user(
                known.ok_or_else(|| Error::Usage("the connection string names no user".into()))?,
            );
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        config.application_name("pglings");
        config.ssl_mode(match mode {
            Mode::Disable | Mode::Allow => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            _ => SslMode::Require,
        });
        let direct = config.get_ssl_negotiation() == SslNegotiation::Direct;
        let tls = match mode {
            Mode::Disable => None,
            _ => Some(tls::config(mode, &roots, direct)?),
        };
        Ok(Address { config, mode, roots, tls })
    }

    /// A server of our own on the loopback.
    pub fn local(port: u16, user: &str, password: &str, database: &str) -> Address {
        Address::at("127.0.0.1", port, user, password, database)
    }

    /// A server without TLS.
    pub fn at(host: &str, port: u16, user: &str, password: &str, database: &str) -> Address {
        let mut config = Config::new();
        config.host(host).port(port).user(user).password(password).dbname(database);
        config.connect_timeout(PATIENCE).ssl_mode(SslMode::Disable);
        config.application_name("pglings");
        Address { config, mode: Mode::Disable, roots: Roots::Usual, tls: None }
    }

    /// The same server, another database.
    #[must_use]
    pub fn database(&self, name: &str) -> Address {
        self.with(|config| config.dbname(name))
    }

    /// The same server, another login.
    #[must_use]
    pub fn login(&self, user: &str, password: &str) -> Address {
        self.with(|config| config.user(user).password(password))
    }

    /// The same login by way of a [`tap`](super::tap), which listens on the loopback.
    #[must_use]
    pub fn through(&self, port: u16) -> Address {
        Address::local(port, self.user(), &self.password(), self.database_name())
    }

    /// The same, under another `application_name`.
    #[must_use]
    pub fn named(&self, application: &str) -> Address {
        self.with(|config| config.application_name(application))
    }

    fn with(&self, change: impl FnOnce(&mut Config) -> &mut Config) -> Address {
        let mut address = self.clone();
        change(&mut address.config);
        address
    }

    /// Each server that it names, with and without TLS where either will do: in the order in which
    /// they are to be tried.
    pub(super) fn each(&self) -> Vec<Address> {
        let (hosts, addrs) = (self.config.get_hosts(), self.config.get_hostaddrs());
        let count = hosts.len().max(addrs.len());
        let ports = self.config.get_ports();
        // A port among the options counts for more than the one that the URL did not name.
        let spare = ports.len().saturating_sub(count);
        let mut all = Vec::new();
        for index in 0..count {
            let mut config = Config::new();
            match hosts.get(index) {
                Some(Host::Tcp(host)) => drop(config.host(host)),
                #[cfg(unix)]
                Some(Host::Unix(path)) => drop(config.host_path(path)),
                None => {}
            }
            addrs.get(index).map(|addr| config.hostaddr(*addr));
            config.port(ports.get(spare + index).or(ports.first()).copied().unwrap_or(5432));
            self.config.get_user().map(|user| config.user(user));
            self.config.get_password().map(|password| config.password(password));
            self.config.get_dbname().map(|name| config.dbname(name));
            self.config.get_options().map(|options| config.options(options));
            self.config.get_application_name().map(|name| config.application_name(name));
            self.config.get_connect_timeout().map(|limit| config.connect_timeout(*limit));
            config.keepalives(self.config.get_keepalives());
            config.keepalives_idle(self.config.get_keepalives_idle());
            config.channel_binding(self.config.get_channel_binding());
            config.ssl_negotiation(self.config.get_ssl_negotiation());
            let attempts = if is_unix(&config) { &[false][..] } else { self.mode.attempts() };
            for encrypted in attempts {
                let mut one = Address { config: config.clone(), ..self.clone() };
                one.config.ssl_mode(if *encrypted { SslMode::Require } else { SslMode::Disable });
                if !encrypted {
                    one.mode = Mode::Disable;
                } else if one.mode < Mode::Require {
                    one.mode = Mode::Require;
                }
                all.push(one);
            }
        }
        all
    }

    /// Opens a session.
    pub fn connect(&self) -> Result<Client> {
        self.try_connect().context(format!("cannot connect to {self}"))
    }

    /// Opens a session; the error is the client's own.
    pub fn try_connect(&self) -> Result<Client, postgres::Error> {
        let config = postgres::Config::from(self.config.clone());
        match &self.tls {
            Some(tls) if !is_unix(&self.config) => {
                config.connect(MakeRustlsConnect::new((**tls).clone()))
            }
            _ => config.connect(NoTls),
        }
    }

    /// For a client that has a connection already, which is encrypted if it has to be.
    pub(super) fn for_wire(&self) -> Config {
        let mut config = self.config.clone();
        config.ssl_mode(SslMode::Disable);
        config
    }

    /// How long to wait for it.
    pub(super) fn patience(&self) -> Duration {
        self.config.get_connect_timeout().copied().unwrap_or(PATIENCE)
    }

    /// Host and port, as a socket wants them. `None` for a Unix socket.
    pub fn socket(&self) -> Option<(String, u16)> {
        let port = self.port();
        if let Some(addr) = self.config.get_hostaddrs().first() {
            return Some((addr.to_string(), port));
        }
        match self.config.get_hosts().first()? {
            Host::Tcp(host) => Some((host.clone(), port)),
            #[cfg(unix)]
            Host::Unix(_) => None,
        }
    }

    fn port(&self) -> u16 {
        self.config.get_ports().first().copied().unwrap_or(5432)
    }

    /// What a certificate has to be for.
    fn host_name(&self) -> String {
        match self.config.get_hosts().first() {
            Some(Host::Tcp(host)) => host.clone(),
            _ => self.socket().map(|(host, _)| host).unwrap_or_default(),
        }
    }

    /// The folder of a Unix socket, or the host, as PostgreSQL's programs want them.
    pub fn host(&self) -> String {
        match self.config.get_hosts().first() {
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.to_string_lossy().into_owned(),
            _ => self.host_name(),
        }
    }

    /// What PostgreSQL's programs want to know of it in their environment: no process list shows
    /// that.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut all = vec![
            ("PGHOST", self.host()),
            ("PGPORT", self.port().to_string()),
            ("PGUSER", self.user().to_owned()),
            ("PGPASSWORD", self.password()),
            ("PGDATABASE", self.database_name().to_owned()),
            ("PGSSLMODE", self.mode.name().to_owned()),
        ];
        match &self.roots {
            Roots::File(path) => all.push(("PGSSLROOTCERT", path.to_string_lossy().into_owned())),
            Roots::System => all.push(("PGSSLROOTCERT", "system".to_owned())),
            Roots::Usual => {}
        }
        all.extend(self.config.get_options().map(|options| ("PGOPTIONS", options.to_owned())));
        all
    }

    /// The login's name.
    pub fn user(&self) -> &str {
        self.config.get_user().unwrap_or("postgres")
    }

    /// The login's password, empty if there is none.
    pub fn password(&self) -> String {
        String::from_utf8_lossy(self.config.get_password().unwrap_or_default()).into_owned()
    }

    /// The name of the database, which defaults to the login's.
    pub fn database_name(&self) -> &str {
        self.config.get_dbname().unwrap_or_else(|| self.user())
    }

    /// The connection URL, password and all: what lessons and answers are given.
    pub fn url(&self) -> String {
        let mut options = Vec::new();
        let place = match self.socket() {
            Some((host, port)) if host.contains(':') => format!("[{host}]:{port}"),
            Some((host, port)) => format!("{host}:{port}"),
            None => {
                options.push(format!("host={}", percent_encode(&self.host())));
                options.push(format!("port={}", self.port()));
                String::new()
            }
        };
        let password = self
            .config
            .get_password()
            .map(|password| format!(":{}", percent_encode(&String::from_utf8_lossy(password))));
        if self.mode != Mode::Prefer && !is_unix(&self.config) {
            options.push(format!("sslmode={}", self.mode.name()));
        }
        match &self.roots {
            Roots::File(path) => {
                options.push(format!("sslrootcert={}", percent_encode(&path.to_string_lossy())));
            }
            Roots::System => options.push("sslrootcert=system".to_owned()),
            Roots::Usual => {}
        }
        if let Some(given) = self.config.get_options() {
            options.push(format!("options={}", percent_encode(given)));
        }
        format!(
            "postgres://{}{}@{place}/{}{}{}",
            percent_encode(self.user()),
            password.unwrap_or_default(),
            percent_encode(self.database_name()),
            if options.is_empty() { "" } else { "?" },
            options.join("&"),
        )
    }
}

impl Upstream for Address {
    fn open(&self) -> io::Result<Wire> {
        #[cfg(unix)]
        if self.socket().is_none() {
            let path = std::path::Path::new(&self.host()).join(format!(".s.PGSQL.{}", self.port()));
            return std::os::unix::net::UnixStream::connect(path).map(Wire::Unix);
        }
        let socket = self.socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
        let (host, port) = &socket;
        let wire = Wire::tcp(&(host.as_str(), *port), self.patience())?;
        match &self.tls {
            Some(tls) if self.config.get_ssl_mode() != SslMode::Disable => {
                let direct = self.config.get_ssl_negotiation() == SslNegotiation::Direct;
                wire.encrypt(Arc::clone(tls), &self.host_name(), direct, self.patience())
            }
            _ => Ok(wire),
        }
    }
}

fn is_unix(config: &Config) -> bool {
    config.get_hostaddrs().is_empty() && !matches!(config.get_hosts().first(), Some(Host::Tcp(_)))
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.socket() {
            Some((host, port)) if host.contains(':') => write!(f, "[{host}]:{port}")?,
            Some((host, port)) => write!(f, "{host}:{port}")?,
            None => write!(f, "the socket {}/.s.PGSQL.{}", self.host(), self.port())?,
        }
        write!(f, "/{}", self.database_name())
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Address({self})")
    }
}

/// A name as SQL has it, whatever is in it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests;
