//! What the record is made of.

use std::fmt;
use std::time::Duration;

use postgres::types::Type;

use super::value;

/// How a statement reached the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// One `Query` message: text in, text out, possibly several statements in one string.
    Simple,
    /// `Bind` and `Execute`, with or without a `Parse` of their own.
    Extended,
    /// `Parse` (and mostly `Describe`) with no `Execute` before the `Sync`: a bare prepare.
    Prepare,
}

/// What the server said of the session's transaction in its last `ReadyForQuery`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TransactionStatus {
    /// Not in a transaction block.
    #[default]
    Idle,
    /// In a transaction block.
    InTransaction,
    /// In a transaction block that failed: all but its end is rejected.
    Failed,
}

/// One column of a result, from `RowDescription`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The column's name.
    pub name: String,
    /// The oid of its type.
    pub type_oid: u32,
}

/// The parts of an `ErrorResponse` that tell one error from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerError {
    /// Five characters, as `23505`.
    pub sqlstate: String,
    /// The primary message, in the server's language.
    pub message: String,
    /// Where in the SQL, in characters from 1.
    pub position: Option<u32>,
}

/// One parameter of a `Bind`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// The oid of its type, 0 if neither side ever said.
    pub type_oid: u32,
    /// The bytes as sent; `None` is NULL.
    pub value: Option<Vec<u8>>,
    /// Whether the bytes are the type's binary format rather than text.
    pub binary: bool,
}

/// One statement that was sent, and what came of it.
///
/// No tag and no error means that the statement never ended: its rows were cut off by the row limit
/// of the `Execute`, the server skipped it after an earlier error in the same pipeline, the SQL was
/// empty, or the connection closed first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Which session sent it, from 1 in the order of their startup.
    pub connection: u32,
    /// The SQL as sent; empty when the tap never saw the statement's `Parse`.
    pub sql: String,
    /// How it was sent.
    pub protocol: Protocol,
    /// Whether the server parsed for this execution: a `Parse` came since the last execution of
    /// the same prepared statement. True for `Simple` and `Prepare`.
    pub parsed: bool,
    /// The name of the prepared statement; empty for the unnamed one and for `Simple`.
    pub prepared: String,
    /// Its parameters, in order.
    pub params: Vec<Param>,
    /// The transaction before it, as of the last `ReadyForQuery` before it.
    pub before: TransactionStatus,
    /// The transaction after it, as of the next `ReadyForQuery` (shared by a whole pipeline).
    pub after: TransactionStatus,
    /// How many `DataRow` messages it returned.
    pub rows: u64,
    /// The size of its `DataRow` and `CopyData` messages, in bytes on the wire.
    pub bytes: u64,
    /// Its last `CommandComplete` tag, as `INSERT 0 1`.
    pub tag: Option<String>,
    /// All its tags: a simple query of several statements has one each.
    pub tags: Vec<String>,
    /// The columns of its (last) result; empty if it returns none or was never described.
    pub columns: Vec<Column>,
    /// The error that ended it.
    pub error: Option<ServerError>,
    /// When the tap read it, since the tap's start.
    pub started: Duration,
    /// From then to its last reply. In a pipeline that includes waiting for those before it.
    pub duration: Duration,
    /// Whether SQL, parameters or columns were larger than the tap keeps (1 MiB a message).
    pub truncated: bool,
}

/// As one would write it in SQL: `NULL`, `42`, `true`, `'it''s'`, `'{1,2}'`, `'\x0a…'`.
impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(raw) = &self.value else { return f.write_str("NULL") };
        let Some(text) = value::decode(self.type_oid, None, self.binary, raw) else {
            return write!(f, "<{} bytes of type oid {}>", raw.len(), self.type_oid);
        };
        let kind = Type::from_oid(self.type_oid);
        let bare = match kind {
            Some(Type::BOOL) => return f.write_str(if text == "t" { "true" } else { "false" }),
            Some(
                Type::INT2
                | Type::INT4
                | Type::INT8
                | Type::OID
                | Type::NUMERIC
                | Type::FLOAT4
                | Type::FLOAT8,
            ) => text.bytes().all(|b| b.is_ascii_digit() || b"+-.e".contains(&b)),
            _ => false,
        };
        match kind {
            _ if bare => f.write_str(&text),
            Some(Type::BYTEA) if text.len() > 60 => {
                // A text-format bytea may be in the old escape format, so cut at a character.
                write!(f, "'{}…'", text.chars().take(60).collect::<String>())
            }
            _ => write!(f, "'{}'", text.replace('\'', "''")),
        }
    }
}
