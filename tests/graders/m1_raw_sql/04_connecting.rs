//! Checks of exercise 4: what is wrong with the connection?

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::error::Context;
use crate::grade::kit::*;
use crate::lesson::fixtures::EMPTY;

const HINTS: &[&str] = &[
    "Match on what `Client::connect` returns. Where the server has spoken, `error.code()` is its \
     SQLSTATE; `None` means that it was somebody else who failed.",
    "The codes are in the lesson's table, and in `SqlState` under their names: INVALID_PASSWORD, \
     INVALID_CATALOG_NAME (a database is a catalog), TOO_MANY_CONNECTIONS, CANNOT_CONNECT_NOW.",
    "No code is not yet \"refused\": a string that is none has no code either. `error.source()` (of \
     the trait `std::error::Error`) is the cause; if \
     `downcast_ref::<std::io::Error>()` gives one, look at its `kind()`.",
    "`match error.code() { None if refused => Ok(Diagnosis::NobodyListens), \
     Some(&SqlState::INVALID_PASSWORD) => Ok(Diagnosis::WrongPassword), …, _ => Err(error) }`",
];

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.check("a connection that works is Connected", &EMPTY, |t| {
        says(t, "Connected", &t.url(), "the connection string is right")?;
        ensure(t.connections() > 0, "it says Connected, and nobody connected to the server.")
    })?;

    g.then("a port where nobody listens is NobodyListens", |t| {
        let port = t.closed_port()?;
        says(t, "NobodyListens", &url(port, "lundo"), "nobody listens at the port")
    })?;

    g.then("a database that is not there is NoSuchDatabase", |t| {
        let right = t.url();
        let server = right.rsplit_once('/').map_or("", |(server, _)| server);
        let elsewhere = format!("{server}/pglings_no_such_database?sslmode=disable");
        says(t, "NoSuchDatabase", &elsewhere, "the server has no such database")
    })?;

    g.then("what the server refuses is told by its code", |t| {
        refused(t, "WrongPassword", "28P01", "password authentication failed for user \"ada\"")?;
        refused(t, "NotYet", "57P03", "the database system is starting up")?;
        refused(t, "NotYet", "57P03", "the database system is shutting down")?;
        refused(t, "TooMany", "53300", "sorry, too many clients already")?;
        refused(t, "TooMany", "53300", "too many connections for role \"ada\"")
    })?;

    g.then("the server's language does not matter", |t| {
        let password = "Passwort-Authentifizierung für Benutzer »ada« fehlgeschlagen";
        refused(t, "WrongPassword", "28P01", password)?;
        let database = "Datenbank »password authentication failed« existiert nicht";
        refused(t, "NoSuchDatabase", "3D000", database)?;
        refused(t, "NotYet", "57P03", "das Datenbanksystem startet")
    })?;

    g.then("any other error comes back as it is", |t| {
        let entry = "no pg_hba.conf entry for host \"10.0.0.7\", user \"ada\", database \"lundo\"";
        for (sqlstate, message) in [
            ("28000", entry),
            ("28000", "role \"ada\" is not permitted to log in"),
            ("53200", "out of memory"),
            ("57P01", "terminating connection due to administrator command"),
        ] {
            let server = Server::start(t, Answer::Error(sqlstate, message))?;
            let called = t.call::<String>("diagnose", (url(server.port, "lundo"),))?;
            let situation = format!("the server says {sqlstate}, {message}");
            let failure = error(called, &situation)?;
            ensure(
                failure.sqlstate() == Some(sqlstate),
                format!(
                    "{situation}: the error has to come back, and what came is {}.",
                    failure.display
                ),
            )?;
        }
        let server = Server::start(t, Answer::Nothing)?;
        let called = t.call::<String>("diagnose", (url(server.port, "lundo"),))?;
        error(called, "somebody listens, and hangs up without a word")?;
        // Errors of the operating system, and not "refused".
        let server = Server::start(t, Answer::Reset)?;
        let called = t.call::<String>("diagnose", (url(server.port, "lundo"),))?;
        error(called, "somebody listens, and the connection breaks off")?;
        // A name that is longer than a name may be is not even looked for in the network.
        let nowhere = format!("postgres://ada:s3cret@{}.invalid/lundo", "nowhere-".repeat(9));
        let called = t.call::<String>("diagnose", (nowhere,))?;
        error(called, "the host does not exist")?;
        let called = t.call::<String>("diagnose", ("postgres://ada@localhost:port/lundo",))?;
        error(called, "the port in the connection string is no number")?;
        Ok(())
    })?;

    g.then("it tries once", |t| {
        let server =
            Server::start(t, Answer::Error("57P03", "the database system is starting up"))?;
        let _ = t.call::<String>("diagnose", (url(server.port, "lundo"),))?.either();
        let count = server.connections.load(Ordering::SeqCst);
        ensure(
            count <= 1,
            format!(
                "a server that is starting was connected to {count} times. Whether to try again is \
                 for the caller to decide: connect once, and say what came of it."
            ),
        )
    })
}

fn url(port: u16, database: &str) -> String {
    format!("postgres://ada:s3cret@127.0.0.1:{port}/{database}?sslmode=disable")
}

/// The diagnosis of this connection string.
fn says(t: &mut Trial<'_>, expected: &str, url: &str, situation: &str) -> Outcome {
    match t.call::<String>("diagnose", (url,))?.either() {
        Ok(said) => ensure(said == expected, format!("{situation}, and it says {said}.")),
        Err(failure) => wrong(format!(
            "{situation}: expected {expected}, got the error itself: {}.",
            failure.display
        )),
    }
}

/// The diagnosis where a server refuses with this error.
fn refused(t: &mut Trial<'_>, expected: &str, sqlstate: &str, message: &str) -> Outcome {
    let server = Server::start(t, Answer::Error(sqlstate, message))?;
    let situation = format!("the server says {sqlstate}, {message}");
    says(t, expected, &url(server.port, "lundo"), &situation)
}

fn error(called: Called<String>, situation: &str) -> Outcome<harness::protocol::Failure> {
    match called.either() {
        Ok(said) => wrong(format!(
            "{situation}. That is none of the six, and it says {said}: return the error."
        )),
        Err(failure) => Ok(failure),
    }
}

/// What a server does with whoever comes.
#[derive(Clone, Copy)]
enum Answer<'a> {
    /// Refuses, with this SQLSTATE and message.
    Error(&'a str, &'a str),
    /// Hangs up.
    Nothing,
    /// Breaks off: to the client, an error of the operating system.
    Reset,
}

/// What stands for a server that lets nobody in.
struct Server {
    port: u16,
    connections: Arc<AtomicUsize>,
    ended: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Server {
    fn start(t: &mut Trial<'_>, answer: Answer<'_>) -> Outcome<Server> {
        let listener = t.listen()?;
        let port = listener.local_addr().context("cannot listen on the loopback")?.port();
        let reset = matches!(answer, Answer::Reset);
        let answer = match answer {
            Answer::Error(sqlstate, message) => response(sqlstate, message),
            Answer::Nothing | Answer::Reset => Vec::new(),
        };
        let connections = Arc::new(AtomicUsize::new(0));
        let ended = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let (connections, ended) = (Arc::clone(&connections), Arc::clone(&ended));
            move || {
                for client in listener.incoming().flatten() {
                    if ended.load(Ordering::SeqCst) {
                        break;
                    }
                    connections.fetch_add(1, Ordering::SeqCst);
                    // A client that goes away has had its answer.
                    let _ = if reset { break_off(&client) } else { refuse(client, &answer) };
                }
            }
        });
        Ok(Server { port, connections, ended, thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // `accept` ends when somebody comes.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Waits until something has come. Closing a connection with bytes in it that nobody has read resets
/// it.
fn break_off(client: &TcpStream) -> io::Result<()> {
    client.set_read_timeout(Some(Duration::from_secs(2)))?;
    client.peek(&mut [0]).map(drop)
}

/// Reads the startup packet, refusing encryption until it comes, and answers it.
fn refuse(mut client: TcpStream, answer: &[u8]) -> io::Result<()> {
    client.set_read_timeout(Some(Duration::from_secs(2)))?;
    loop {
        let mut head = [0; 8];
        client.read_exact(&mut head)?;
        let [a, b, c, d, major, ..] = head;
        // Requests for TLS or GSS have a version of their own: 1234.
        if u16::from_be_bytes([major, head[5]]) == 1234 {
            client.write_all(b"N")?;
            continue;
        }
        let length = u32::from_be_bytes([a, b, c, d]).clamp(8, 10_000);
        let mut rest = vec![0; length as usize - 8];
        client.read_exact(&mut rest)?;
        return client.write_all(answer);
    }
}

/// An ErrorResponse: fields of a letter and a text each.
fn response(sqlstate: &str, message: &str) -> Vec<u8> {
    let fields = format!("SFATAL\0VFATAL\0C{sqlstate}\0M{message}\0\0");
    let length = u32::try_from(fields.len() + 4).unwrap_or(u32::MAX);
    [b"E", &length.to_be_bytes()[..], fields.as_bytes()].concat()
}
