//! What can go wrong with pglings itself, its content or the server, and the exit code of each.
//!
//! A wrong answer is never one of these: it is a [`Verdict`](crate::grade::Verdict).

use std::io;
use std::path::Path;

/// The crate's `Result`.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A fault, with what to do about it in its text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command was called with words it does not know, or in the wrong place.
    #[error("{0}")]
    Usage(String),
    /// No server will do; the text is a survey of what each source lacked.
    #[error("{0}")]
    NoServer(String),
    /// A lesson or an exercise needs a newer server than there is.
    #[error("{0}")]
    NeedsNewer(String),
    /// It needs an extension or a privilege that the server does not have.
    #[error("{0}")]
    NeedsMore(String),
    /// The server that was chosen said no, or went away.
    #[error("{context}: {}", describe(source))]
    Server {
        /// What was being done.
        context: String,
        /// What the client reported.
        #[source]
        source: postgres::Error,
    },
    /// A lesson, fixture, solution or grader is broken.
    #[error("{0}")]
    Content(String),
    /// Reading or writing failed.
    #[error("{context}: {source}{}", cure(source))]
    Io {
        /// What was being done, with the path.
        context: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Ctrl-C, or `q`.
    #[error("interrupted")]
    Interrupted,
    /// Something that cannot happen did.
    #[error("{0}\nThis is a bug in pglings.")]
    Bug(String),
}

impl Error {
    /// The exit code of a command that ends with this.
    ///
    /// Besides the codes 2, 3, 4 and 70 of the design: 74 (`EX_IOERR`) when a file could not be
    /// read or written, and 130 after Ctrl-C, as shells have it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Usage(_) => 2,
            Error::NoServer(_)
            | Error::NeedsNewer(_)
            | Error::NeedsMore(_)
            | Error::Server { .. } => 3,
            Error::Content(_) => 4,
            Error::Bug(_) => 70,
            Error::Io { .. } => 74,
            Error::Interrupted => 130,
        }
    }
}

/// What to do about a fault of the file system, where one thing will.
fn cure(error: &io::Error) -> &'static str {
    use io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    match error.kind() {
        StorageFull | QuotaExceeded => ". Make room there, and try again.",
        PermissionDenied => ". Give yourself the right to do so, and try again.",
        ReadOnlyFilesystem => ". Make it writable, or use a copy elsewhere.",
        _ => "",
    }
}

/// What programs say when a disk is full.
const FULL: &str = "No space left on device";

/// The fault of the disk, if that is what a program's words are about.
pub fn full(words: &str, what: &str) -> Option<Error> {
    words.contains(FULL).then(|| no_room(what))
}

/// That a full disk is why something could not be done.
pub fn no_room(what: &str) -> Error {
    let source = io::Error::new(io::ErrorKind::StorageFull, FULL);
    Error::Io { context: what.to_owned(), source }
}

/// PostgreSQL's own words without the client's wrapping ("db error: ERROR: …").
fn describe(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => {
            let full = *db.code() == postgres::error::SqlState::DISK_FULL;
            let cure = if full { ". Make room on the server's disk, and try again." } else { "" };
            format!("{} (SQLSTATE {}){cure}", db.message(), db.code().code())
        }
        None => match std::error::Error::source(error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}

/// Adds what was being done to an error.
pub trait Context<T> {
    /// With a description such as "cannot create the database".
    fn context(self, what: impl Into<String>) -> Result<T>;
}

impl<T> Context<T> for std::result::Result<T, postgres::Error> {
    fn context(self, what: impl Into<String>) -> Result<T> {
        self.map_err(|source| Error::Server { context: what.into(), source })
    }
}

impl<T> Context<T> for io::Result<T> {
    fn context(self, what: impl Into<String>) -> Result<T> {
        self.map_err(|source| Error::Io { context: what.into(), source })
    }
}

/// Adds "cannot … PATH" to an I/O error.
pub trait PathContext<T> {
    /// With a verb such as "read".
    fn at(self, verb: &str, path: &Path) -> Result<T>;
}

impl<T> PathContext<T> for io::Result<T> {
    fn at(self, verb: &str, path: &Path) -> Result<T> {
        self.context(format!("cannot {verb} {}", path.display()))
    }
}
