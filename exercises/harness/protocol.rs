//! What the grader and an answer say to each other: JSON, one document a line.
//!
//! The grader writes to the answer's standard input: first a [`Hello`], with a nonce, then
//! [`Asked`]s. Each [`Said`] goes to standard output behind that nonce; whatever else the answer
//! prints is its own business.
//!
//! Requests of one lane are answered one after another, and those of several lanes side by side.

use std::error::Error;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::limits::Limits;

/// What the grader begins with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hello {
    /// Letters and digits that the answer cannot guess. Every response is marked with it.
    pub nonce: String,
    /// What this process may take.
    pub limits: Limits,
    /// The Unix socket that leads out of a sandbox without a network.
    pub relay: Option<PathBuf>,
}

/// A request, and where it belongs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asked {
    /// Any number. Each lane has a thread and connections of its own.
    pub lane: u32,
    /// What is asked.
    pub request: Request,
}

/// The response to a request of this lane.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Said {
    /// As it was asked with.
    pub lane: u32,
    /// What came of it.
    pub response: Response,
}

/// What the grader asks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Calls a function.
    Call {
        /// Its name, as in `graded!`.
        function: String,
        /// Where the database is; the connection is kept for later calls with the same URL.
        url: String,
        /// How many connections a pool for this URL may open.
        pool: u32,
        /// The arguments after the client or pool.
        arguments: Vec<Value>,
        /// The ports of this machine that the function may have to connect to, if there is a relay.
        ports: Vec<u16>,
    },
    /// Closes the client and the pool for this URL, as the end of a program would.
    Disconnect {
        /// As it was called with.
        url: String,
    },
    /// Makes the client for this URL as if it had just connected, and closes the pool.
    Reset {
        /// As it was called with.
        url: String,
    },
}

/// What makes a session as if it had just been opened: `DISCARD ALL` but for prepared statements, of
/// which a client has some of its own that it believes to be there.
pub const AS_NEW: [&str; 2] = [
    "ROLLBACK",
    "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *;
     SELECT pg_advisory_unlock_all(); DISCARD PLANS; DISCARD TEMP; DISCARD SEQUENCES",
];

/// What came of a request.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// The function returned `Ok`, or a plain value.
    Returned(Value),
    /// The function returned `Err`.
    Failed(Failure),
    /// The function panicked.
    Panicked(Panic),
    /// The exercise has no such function, or it takes other arguments.
    Misfit(String),
    /// The harness itself could not connect: the server's fault, never the answer's.
    NoConnection(Failure),
    /// The connections are closed, or as new.
    Disconnected,
}

/// A panic, as the hook saw it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Panic {
    /// Its message.
    pub message: String,
    /// The file as the compiler was given it, and the line from 1, if known.
    pub place: Option<(String, u32)>,
}

impl Panic {
    /// The text of a `todo!("…")`, if this was one.
    pub fn todo(&self) -> Option<&str> {
        let rest = self.message.strip_prefix("not yet implemented")?;
        Some(rest.strip_prefix(": ").unwrap_or(rest))
    }
}

/// An error that an answer returned, with what PostgreSQL said if it came from there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Failure {
    /// The error as `{}` prints it, with its sources.
    pub display: String,
    /// The error as `{:?}` prints it; for an enum this begins with the variant's name.
    pub debug: String,
    /// What the server said.
    pub server: Option<ServerError>,
}

/// The fields of PostgreSQL's error response that say something to the writer of the SQL.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServerError {
    /// Five letters or digits, such as `23505`.
    pub sqlstate: String,
    /// The primary message.
    pub message: String,
    /// More about it.
    pub detail: Option<String>,
    /// What the server suggests.
    pub hint: Option<String>,
    /// Where in the SQL, counted in characters from 1.
    pub position: Option<u32>,
    /// The constraint that was violated.
    pub constraint: Option<String>,
}

impl Failure {
    /// Reads an error of any crate, looking for PostgreSQL's own words among its sources.
    pub fn of(error: &(dyn Error + 'static)) -> Failure {
        let mut display = error.to_string();
        let mut server = None;
        let mut next = Some(error);
        while let Some(error) = next {
            server = server.or_else(|| ServerError::of(error));
            let text = error.to_string();
            if !display.contains(&text) {
                display = format!("{display}: {text}");
            }
            next = error.source();
        }
        Failure { display, debug: format!("{error:?}"), server }
    }

    /// The SQLSTATE, if the error came from the server.
    pub fn sqlstate(&self) -> Option<&str> {
        self.server.as_ref().map(|server| server.sqlstate.as_str())
    }
}

impl ServerError {
    fn of(error: &(dyn Error + 'static)) -> Option<ServerError> {
        let sync = error.downcast_ref::<postgres::error::DbError>().or_else(|| {
            error.downcast_ref::<postgres::Error>().and_then(postgres::Error::as_db_error)
        });
        if let Some(db) = sync {
            return Some(ServerError {
                sqlstate: db.code().code().to_owned(),
                message: db.message().to_owned(),
                detail: db.detail().map(str::to_owned),
                hint: db.hint().map(str::to_owned),
                position: match db.position() {
                    Some(postgres::error::ErrorPosition::Original(at)) => Some(*at),
                    _ => None,
                },
                constraint: db.constraint().map(str::to_owned),
            });
        }
        let db = error
            .downcast_ref::<sqlx::Error>()
            .and_then(sqlx::Error::as_database_error)?
            .try_downcast_ref::<sqlx::postgres::PgDatabaseError>()?;
        Some(ServerError {
            sqlstate: db.code().to_owned(),
            message: db.message().to_owned(),
            detail: db.detail().map(str::to_owned),
            hint: db.hint().map(str::to_owned),
            position: match db.position() {
                Some(sqlx::postgres::PgErrorPosition::Original(at)) => u32::try_from(at).ok(),
                _ => None,
            },
            constraint: db.constraint().map(str::to_owned),
        })
    }
}
