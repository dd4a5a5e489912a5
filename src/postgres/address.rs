//! Where a server is and as whom to log in.

use std::time::Duration;

use postgres::config::{Host, SslMode};
use postgres::{Client, Config, NoTls};

use crate::error::{Context, Error, Result};

/// A server and a login. Printed, it shows no password.
#[derive(Clone)]
pub struct Address {
    config: Config,
}

impl Address {
    /// Reads a connection string of either form: `postgres://…` or `host=… user=…`.
    pub fn parse(text: &str) -> Result<Address> {
        let mut config: Config = text.parse().map_err(|error: postgres::Error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            Error::Usage(format!(
                "this is not a connection string: {}. It looks like postgres://USER:PASSWORD@HOST:PORT/DATABASE.",
                cause.unwrap_or_else(|| error.to_string())
            ))
        })?;
        if config.get_hosts().is_empty() {
            config.host("localhost");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        config.application_name("pglings");
        Ok(Address { config })
    }

    /// A server of our own on the loopback.
    pub fn local(port: u16, user: &str, password: &str, database: &str) -> Address {
        Address::at("127.0.0.1", port, user, password, database)
    }

    /// A server without TLS.
    pub fn at(host: &str, port: u16, user: &str, password: &str, database: &str) -> Address {
        let mut config = Config::new();
        config.host(host).port(port).user(user).password(password).dbname(database);
        config.connect_timeout(Duration::from_secs(10)).ssl_mode(SslMode::Disable);
        config.application_name("pglings");
        Address { config }
    }

    /// The same server, another database.
    #[must_use]
    pub fn database(&self, name: &str) -> Address {
        let mut config = self.config.clone();
        config.dbname(name);
        Address { config }
    }

    /// The same server, another login.
    #[must_use]
    pub fn login(&self, user: &str, password: &str) -> Address {
        let mut config = self.config.clone();
        config.user(user).password(password);
        Address { config }
    }

    /// The same login by way of a [`tap`](super::tap), which listens on the loopback.
    #[must_use]
    pub fn through(&self, port: u16) -> Address {
        let user = self.config.get_user().unwrap_or_default();
        let password = String::from_utf8_lossy(self.config.get_password().unwrap_or_default());
        Address::local(port, user, &password, self.config.get_dbname().unwrap_or(user))
    }

    /// The same, under another `application_name`.
    #[must_use]
    pub fn named(&self, application: &str) -> Address {
        let mut config = self.config.clone();
        config.application_name(application);
        Address { config }
    }

    /// Opens a session.
    pub fn connect(&self) -> Result<Client> {
        self.config.connect(NoTls).context(format!("cannot connect to {self}"))
    }

    /// Opens a session; the error is the client's own.
    pub fn try_connect(&self) -> Result<Client, postgres::Error> {
        self.config.connect(NoTls)
    }

    /// Host and port, as a socket wants them. `None` for a Unix socket.
    pub fn socket(&self) -> Option<(String, u16)> {
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        match self.config.get_hosts().first()? {
            Host::Tcp(host) => Some((host.clone(), port)),
            #[cfg(unix)]
            Host::Unix(_) => None,
        }
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
        let (host, port) = self.socket().unwrap_or_else(|| ("localhost".to_owned(), 5432));
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        let password = self
            .config
            .get_password()
            .map(|password| format!(":{}", percent_encode(&String::from_utf8_lossy(password))));
        let options = match self.config.get_ssl_mode() {
            SslMode::Disable => "?sslmode=disable",
            _ => "",
        };
        format!(
            "postgres://{}{}@{host}:{port}/{}{options}",
            percent_encode(self.user()),
            password.unwrap_or_default(),
            percent_encode(self.database_name()),
        )
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.socket() {
            Some((host, port)) => write!(f, "{host}:{port}/{}", self.database_name()),
            None => write!(f, "a Unix socket, database {}", self.database_name()),
        }
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Address({self})")
    }
}

fn percent_encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_survives_odd_characters() {
        let address = Address::local(5433, "ada", "p@ss/w:rd 100%", "my db");
        let again = Address::parse(&address.url()).unwrap();
        assert_eq!(again.url(), address.url());
        assert_eq!(again.database_name(), "my db");
        assert!(!format!("{address} {address:?}").contains("p@ss"));
    }

    #[test]
    fn a_wrong_url_is_refused_with_the_form_it_should_have() {
        let error = Address::parse("postgres://ada@host:port/db").unwrap_err();
        assert!(
            error.to_string().contains("postgres://USER:PASSWORD@HOST:PORT/DATABASE"),
            "{error}"
        );
    }
}
