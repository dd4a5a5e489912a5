//! The learner's own server: whether it will do, and if not, what to do about it.

mod words;

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::{NoTls, SimpleQueryMessage};

use super::address::{Address, quoted};
use super::needs::{OLDEST, Privilege};
use super::wire::{Upstream, Wire};
use crate::error::{Error, Result};

/// How many sessions pglings has open at most, where every run logs in as the learner's role: a
/// pool of ten, a few clients, and its own.
const SESSIONS: i64 = 20;

/// How many of them are that role's, where each run has a role of its own.
const OWN_SESSIONS: i64 = 4;

/// A server that answered, and what it said of itself.
#[derive(Debug)]
pub(super) struct Own {
    /// The one that answered, of those that were named, with or without TLS as it wants it.
    pub(super) address: Address,
    pub(super) survey: Survey,
}

/// What a server says of itself and of the login.
#[derive(Debug)]
pub(super) struct Survey {
    /// As a number: 150018 is 15.18.
    pub(super) version: u32,
    /// Whether whoever answers is the server itself, and no pooler.
    direct: bool,
    read_only: bool,
    create_databases: bool,
    /// Which a superuser may as well.
    create_roles: bool,
    superuser: bool,
    limit: i64,
    room: i64,
}

/// Why a connection cannot be had.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It was not reached, or not encrypted.
    Wire(io::Error),
    /// It was reached, and said no.
    Client(tokio_postgres::Error),
    /// It was reached, and said nothing.
    Silent(Duration),
}

/// Connects to the first of the named servers that answers and can be written to.
pub(super) fn reach(url: &str, from: &str) -> Result<Own> {
    let mut first: Option<(Address, Refusal)> = None;
    let mut standby = None;
    for address in Address::parse(url)?.each() {
        match ask(&address) {
            Ok(survey) if survey.read_only => standby = standby.or(Some(Own { address, survey })),
            Ok(survey) => return Ok(Own { address, survey }),
            // With TLS and without, or from one host to the next: what a server said itself tells
            // more than that another one was not there.
            Err(refusal) => match &first {
                Some((_, Refusal::Client(_))) => {}
                Some(_) if !matches!(refusal, Refusal::Client(_)) => {}
                _ => first = Some((address, refusal)),
            },
        }
    }
    match (standby, first) {
        (Some(own), _) => Ok(own),
        (None, Some((address, refusal))) => {
            let (what, cure) = words::of(&address, &refusal);
            Err(Error::NoServer(format!(
                "The server that {from} names cannot be used: {what}.\n{cure}\n\
                 Or unset it, and pglings brings a server of its own."
            )))
        }
        (None, None) => Err(Error::Usage("the connection string names no server".to_owned())),
    }
}

impl Survey {
    pub(super) fn may(&self) -> Privilege {
        Privilege::of(self.create_roles, self.superuser)
    }
}

impl Own {
    /// What it lacks to be used, with what mends it.
    pub(super) fn lacks(&self) -> Option<String> {
        let Own { address, survey } = self;
        let role = quoted(address.user());
        let version = survey.version / 10_000;
        if version < OLDEST {
            return Some(format!(
                "{address} runs PostgreSQL {version}; the workbook needs {OLDEST} or newer"
            ));
        }
        if !survey.direct {
            return Some(format!(
                "at {address} a connection pooler answers. pglings makes a database for every run \
                 and drops it, which the sessions that a pooler keeps are in the way of: connect \
                 to the server itself, which mostly listens on port 5432"
            ));
        }
        if survey.read_only {
            return Some(format!(
                "{address} can only be read: it is a standby, or default_transaction_read_only is \
                 on. Name the primary server"
            ));
        }
        if !survey.create_databases {
            return Some(format!(
                "the role {} on {address} may not create databases; its owner can allow it with \
                 ALTER ROLE {role} CREATEDB",
                address.user(),
            ));
        }
        let wanted = if survey.create_roles { OWN_SESSIONS } else { SESSIONS };
        if (0..wanted).contains(&survey.limit) {
            return Some(format!(
                "the role {} on {address} may open {} connections at a time, and pglings needs \
                 {wanted}; its owner can allow that with ALTER ROLE {role} CONNECTION LIMIT {wanted}",
                address.user(),
                survey.limit,
            ));
        }
        if survey.room < SESSIONS {
            return Some(format!(
                "{address} has room for {} connections, and pglings needs {SESSIONS}; its owner can \
                 raise max_connections, which takes a restart",
                survey.room,
            ));
        }
        None
    }

    /// What cannot be kept apart on it, to be said once.
    pub(super) fn shared(&self) -> Option<String> {
        (!self.survey.create_roles).then(|| {
            format!(
                "The role {} may not create roles, so answers run as {} and can reach what it can. \
                 ALTER ROLE {} CREATEROLE gives each run a role of its own.",
                self.address.user(),
                self.address.user(),
                quoted(self.address.user())
            )
        })
    }
}

/// In the simple protocol, which every pooler passes on.
const SURVEY: &str = "
    SELECT pg_backend_pid(), current_setting('server_version_num'),
           pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool,
           rolcreatedb OR rolsuper, rolcreaterole OR rolsuper, rolsuper,
           CASE WHEN rolsuper THEN -1 ELSE rolconnlimit END,
           current_setting('max_connections')::int
               - current_setting('superuser_reserved_connections')::int
    FROM pg_roles WHERE rolname = current_user";

fn ask(address: &Address) -> Result<Survey, Refusal> {
    let wire = address.open().map_err(Refusal::Wire)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let limit = address.patience();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let asked = runtime.map_err(Refusal::Wire)?.block_on(async {
        let talk = async {
            let stream = Overheard { stream: stream(wire)?, heard: Arc::clone(&heard) };
            let config = address.for_wire();
            let (client, connection) =
                config.connect_raw(stream, NoTls).await.map_err(Refusal::Client)?;
            let task = tokio::spawn(connection);
            let messages = client.simple_query(SURVEY).await.map_err(Refusal::Client)?;
            drop(client);
            // Its goodbye is not to come after the program's end.
            let _ = task.await;
            let heard = std::mem::take(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner));
            read(&messages, &heard).ok_or_else(|| Refusal::Wire(io::ErrorKind::InvalidData.into()))
        };
        tokio::time::timeout(limit, talk).await.unwrap_or(Err(Refusal::Silent(limit)))
    });
    // What begins with none of these is no server of PostgreSQL's: it may be one for the web.
    let first = heard.lock().unwrap_or_else(PoisonError::into_inner).first().copied();
    match first {
        Some(first) if asked.is_err() && !b"REvNS".contains(&first) => {
            Err(Refusal::Wire(io::ErrorKind::InvalidData.into()))
        }
        _ => asked,
    }
}

fn read(messages: &[SimpleQueryMessage], heard: &[u8]) -> Option<Survey> {
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    })?;
    // Whoever answers need not be PostgreSQL, and may answer something else.
    let text = |index: usize| row.try_get(index).ok().flatten();
    let yes = |index: usize| text(index) == Some("t");
    let number = |index: usize| text(index)?.parse::<i64>().ok();
    Some(Survey {
        version: u32::try_from(number(1)?).ok()?,
        direct: process_id(heard).map(i64::from) == number(0),
        read_only: yes(2),
        create_databases: yes(3),
        create_roles: yes(4),
        superuser: yes(5),
        limit: number(6)?,
        room: number(7)?,
    })
}

/// The process that says it serves us (`BackendKeyData`). A pooler makes one up, since it may be
/// another one for each transaction.
fn process_id(mut heard: &[u8]) -> Option<u32> {
    loop {
        let (tag, length) = (*heard.first()?, heard.get(1..5)?);
        let length = usize::try_from(u32::from_be_bytes(length.try_into().ok()?)).ok()?;
        let body = heard.get(5..length.checked_add(1)?)?;
        if tag == b'K' {
            return Some(u32::from_be_bytes(body.get(..4)?.try_into().ok()?));
        }
        heard = heard.get(length + 1..)?;
    }
}

fn stream(wire: Wire) -> Result<Box<dyn Stream>, Refusal> {
    let stream = match wire {
        Wire::Tcp(stream) => stream.set_nonblocking(true).and_then(|()| {
            tokio::net::TcpStream::from_std(stream).map(|stream| Box::new(stream) as _)
        }),
        #[cfg(unix)]
        Wire::Unix(stream) => stream.set_nonblocking(true).and_then(|()| {
            tokio::net::UnixStream::from_std(stream).map(|stream| Box::new(stream) as _)
        }),
    };
    stream.map_err(Refusal::Wire)
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A stream whose first bytes from the server are kept: the client does not tell its process.
struct Overheard {
    stream: Box<dyn Stream>,
    heard: Arc<Mutex<Vec<u8>>>,
}

/// More than a server says before it is ready.
const BEGINNING: usize = 16 << 10;

impl AsyncRead for Overheard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.len() < BEGINNING {
            heard.extend_from_slice(&buffer.filled()[before..]);
        }
        polled
    }
}

impl AsyncWrite for Overheard {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
