//! Connection strings, read as libpq reads them: what the client takes of them, and what is said
//! about TLS. No error has anything of the string in it but the names of options: it may be
//! anywhere in it that the password begins.

use std::path::PathBuf;

use tokio_postgres::Config;

use super::tls::{Mode, Roots};
use crate::error::{Error, Result};

/// A connection string, taken apart.
pub(super) struct Conninfo {
    /// What the client takes.
    pub(super) config: Config,
    /// `sslmode`.
    pub(super) mode: Mode,
    /// `sslrootcert`.
    pub(super) roots: Roots,
}

/// Options of libpq that make no difference to pglings.
const IDLE: [&str; 9] = [
    "application_name",
    "client_encoding",
    "fallback_application_name",
    "gssencmode",
    "requirepeer",
    "sslcompression",
    "sslsni",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
];

/// Options of libpq that would, and that pglings does not have.
const FOREIGN: [&str; 10] = [
    "gsslib",
    "krbsrvname",
    "passfile",
    "replication",
    "require_auth",
    "service",
    "sslcert",
    "sslcrl",
    "sslkey",
    "sslpassword",
];

/// Reads either form: `postgres://…` or `host=… user=…`.
pub(super) fn read(text: &str) -> Result<Conninfo> {
    let text = text.trim();
    let mut kept = Vec::new();
    let (head, pairs) = match text.split_once("://") {
        Some(("postgres" | "postgresql", rest)) => url(text, rest)?,
        Some((scheme, _)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            return wrong(&format!("it begins with {scheme}://"));
        }
        _ => (String::new(), words(text)?),
    };
    let (mut mode, mut roots) = (None, Roots::Usual);
    for (name, value) in pairs {
        match name.as_str() {
            "sslmode" => match Mode::named(&value) {
                Some(found) => mode = Some(found),
                None => {
                    return wrong(
                        "its sslmode is none of disable, allow, prefer, require, verify-ca and \
                         verify-full",
                    );
                }
            },
            "sslrootcert" if value == "system" => roots = Roots::System,
            "sslrootcert" => roots = Roots::File(PathBuf::from(value)),
            name if IDLE.contains(&name) => {}
            name if FOREIGN.contains(&name) => {
                return wrong(&format!("pglings knows nothing of the option {name}"));
            }
            // The client's parser takes a list of hosts apart in one of the two forms only.
            "host" => kept.extend(value.split(',').map(|host| (name.clone(), host.to_owned()))),
            _ => kept.push((name, value)),
        }
    }
    let config = configure(&head, &kept)?;
    // As libpq has it: the machine's own certificates are for nothing if none is looked at.
    let usual = if roots == Roots::System { Mode::VerifyFull } else { Mode::Prefer };
    Ok(Conninfo { config, mode: mode.unwrap_or(usual), roots })
}

/// The string without the options that are ours, as the client's parser wants it.
fn configure(head: &str, pairs: &[(String, String)]) -> Result<Config> {
    let mut text = head.to_owned();
    for (index, (name, value)) in pairs.iter().enumerate() {
        if head.is_empty() {
            let value = value.replace('\\', "\\\\").replace('\'', "\\'");
            text.push_str(&format!("{name}='{value}' "));
        } else {
            text.push(if index == 0 { '?' } else { '&' });
            text.push_str(&format!("{name}={}", percent_encode(value)));
        }
    }
    text.parse().map_err(|error: tokio_postgres::Error| {
        // The parser's words may be the learner's: an option's name is shown if it cannot be a
        // piece of a password.
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        let known = ["host", "hostaddr", "port", "connect_timeout", "target_session_attrs"];
        let known = known.iter().find(|name| cause.contains(&format!("option `{name}`")));
        match known {
            Some(&"port") => not_one("its port is not a number from 1 to 65535"),
            Some(name) => not_one(&format!("its {name} cannot be read")),
            None if cause.starts_with("unknown option") => {
                not_one("it has an option that PostgreSQL does not know")
            }
            None => not_one("it cannot be read"),
        }
    })
}

type Pairs = Vec<(String, String)>;

/// The part before the options, and the options.
fn url(text: &str, rest: &str) -> Result<(String, Pairs)> {
    let at = rest.rfind('@');
    // A password may hold a ? that is not written as %3F.
    let from = at.unwrap_or(0);
    let (head, options) = match rest[from..].find('?') {
        Some(found) => (&rest[..from + found], &rest[from + found + 1..]),
        None => (rest, ""),
    };
    if head.matches('@').count() > 1 {
        return wrong("it has more than one @. Inside a password, @ is written %40");
    }
    if head.is_empty() && options.is_empty() {
        return wrong("it names no server");
    }
    let decode = |text: &str| {
        let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
        decoded.map(|text| text.into_owned()).map_err(|_| not_one("its bytes are not UTF-8"))
    };
    let mut pairs = Vec::new();
    for pair in options.split('&').filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else {
            return wrong("an option after the ? has no value");
        };
        pairs.push((decode(name)?, decode(value)?));
    }
    let prefix = text.len() - rest.len();
    Ok((format!("{}{head}", &text[..prefix]), pairs))
}

/// `name = value` and `name='it''s'` with backslashes, as libpq reads them.
fn words(text: &str) -> Result<Pairs> {
    let mut pairs = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some((name, after)) = rest.split_once('=') else {
            return wrong(if pairs.is_empty() {
                "it has neither :// nor ="
            } else {
                "a word in it has no =. A value with spaces stands in single quotes"
            });
        };
        let name = name.trim();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return wrong("a word in it has no =. A value with spaces stands in single quotes");
        }
        let mut chars = after.trim_start().char_indices().peekable();
        let after = after.trim_start();
        let quoted = chars.next_if(|(_, c)| *c == '\'').is_some();
        let (mut value, mut end, mut closed) = (String::new(), after.len(), !quoted);
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => value.extend(chars.next().map(|(_, c)| c)),
                '\'' if quoted => {
                    (end, closed) = (at + 1, true);
                    break;
                }
                c if !quoted && c.is_whitespace() => {
                    end = at;
                    break;
                }
                c => value.push(c),
            }
        }
        if !closed {
            return wrong("a quote in it is not closed");
        }
        pairs.push((name.to_owned(), value));
        rest = after[end..].trim_start();
    }
    if pairs.is_empty() { wrong("it is empty") } else { Ok(pairs) }
}

fn wrong<T>(why: &str) -> Result<T> {
    Err(not_one(why))
}

fn not_one(why: &str) -> Error {
    Error::Usage(format!(
        "this is not a connection string that pglings can use: {why}.\n\
         It looks like postgres://USER:PASSWORD@HOST:PORT/DATABASE."
    ))
}

pub(super) fn percent_encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
