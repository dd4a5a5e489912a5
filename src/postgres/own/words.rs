//! What is wrong with a connection, in a sentence, and what mends it, in another.

use std::error::Error as _;
use std::io;

use super::Refusal;
use crate::postgres::address::Address;
use crate::postgres::address::quoted;
use crate::postgres::wire::NO_TLS;

/// What happened, without a full stop, and the cure.
pub(super) fn of(address: &Address, refusal: &Refusal) -> (String, String) {
    match refusal {
        Refusal::Silent(limit) => silent(address, limit.as_secs()),
        Refusal::Wire(error) => wire(address, error),
        Refusal::Client(error) => match (error.as_db_error(), io_below(error)) {
            (Some(said), _) => server(address, said),
            (None, Some(error)) => wire(address, error),
            // "invalid configuration: password missing", and the like.
            (None, None) if error.is_closed() => {
                wire(address, &io::ErrorKind::UnexpectedEof.into())
            }
            (None, None) => match error.source().map(ToString::to_string) {
                Some(why) if why.contains("password missing") => (
                    format!("{address} asks for a password"),
                    "Write it into the connection string: postgres://USER:PASSWORD@HOST/DATABASE."
                        .to_owned(),
                ),
                why => (
                    format!("no session with {address}: {}", why.unwrap_or(error.to_string())),
                    "See whether it is PostgreSQL that listens there.".to_owned(),
                ),
            },
        },
    }
}

fn io_below(error: &tokio_postgres::Error) -> Option<&io::Error> {
    error.source().and_then(|source| source.downcast_ref())
}

fn silent(address: &Address, seconds: u64) -> (String, String) {
    (
        format!("{address} took the connection and said nothing for {seconds} s"),
        "See whether it is PostgreSQL that listens there, and whether it hangs.".to_owned(),
    )
}

const NOT_POSTGRESQL: (&str, &str) =
    ("something answers that is not PostgreSQL, at", "Correct the host and the port.");

fn wire(address: &Address, error: &io::Error) -> (String, String) {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if let Some(error) = tls {
        return certificate(address, error);
    }
    if error.to_string() == NO_TLS {
        return (
            format!("{address} has no TLS, and the connection string asks for it"),
            "Switch it on there (ssl = on), or write sslmode=disable.".to_owned(),
        );
    }
    let (what, cure) = match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            ("nobody listens at", "Start it, or correct the host and the port.")
        }
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => (
            "there is no answer from",
            "Correct the host and the port, and see whether a firewall is between.",
        ),
        io::ErrorKind::NotFound => ("there is no", "Start the server, or correct the folder."),
        io::ErrorKind::PermissionDenied => {
            ("you may not connect to", "Ask whoever looks after that server or that network.")
        }
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => (
            "the connection was closed without a word by",
            "See whether it is PostgreSQL that listens there, and what its log says.",
        ),
        io::ErrorKind::InvalidData => NOT_POSTGRESQL,
        _ if error.to_string().contains("lookup") => {
            ("there is no machine of that name:", "Correct the host.")
        }
        _ => {
            return (
                format!("{address} cannot be reached: {error}"),
                "Correct the host and the port.".to_owned(),
            );
        }
    };
    (format!("{what} {address}"), cure.to_owned())
}

fn certificate(address: &Address, error: &rustls::Error) -> (String, String) {
    use rustls::CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, UnknownIssuer,
    };
    let cure = match error {
        rustls::Error::InvalidCertificate(UnknownIssuer) => {
            "Name the file with the certificate that signed it in sslrootcert=…, or write \
             sslmode=require to go without."
        }
        rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            "Use the host name that the certificate is for, or write sslmode=verify-ca to accept \
             any name."
        }
        rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. }) => {
            "Its owner has to renew it."
        }
        _ => "See what the server's log says.",
    };
    (format!("TLS with {address} failed: {error}"), cure.to_owned())
}

/// The server's own words, and the cure for its SQLSTATE.
fn server(address: &Address, said: &tokio_postgres::error::DbError) -> (String, String) {
    let message = said.message();
    let code = said.code().code();
    let user = address.user();
    let cure = match code {
        "28P01" => {
            "Correct the user or the password. In a URL, what is not a letter or a digit is \
                    percent-encoded: @ is written %40."
                .to_owned()
        }
        "28000" if message.contains("no encryption") || message.contains("SSL off") => {
            "It wants TLS: write sslmode=require, or have its owner allow your address in \
             pg_hba.conf."
                .to_owned()
        }
        "28000" if message.contains("pg_hba.conf") => {
            "Its owner can allow your address, role and database in pg_hba.conf.".to_owned()
        }
        "28000" => format!(
            "Correct the user, or have its owner make one: CREATE ROLE {} LOGIN CREATEDB \
             PASSWORD '…'",
            quoted(user)
        ),
        "3D000" => "Correct the database's name, or write postgres, which most servers have; \
                    pglings makes its own beside it."
            .to_owned(),
        "42501" => format!(
            "Its owner can allow it: GRANT CONNECT ON DATABASE {} TO {}",
            quoted(address.database_name()),
            quoted(user)
        ),
        "53300" => "All its connections are taken. Close some, or try again later.".to_owned(),
        "57P03" => "Try again in a moment.".to_owned(),
        _ => "See what the server's log says.".to_owned(),
    };
    (format!("{address} says: {message} (SQLSTATE {code})"), cure)
}
