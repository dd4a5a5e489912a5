//! On a server of somebody's own, settings of the server, of the role or of the database may be any:
//! what runs there begins as it would on a server that nobody has set anything on.

use postgres::Client;

use crate::error::{Context, Result};

const SETTINGS: [(&str, &str); 14] = [
    ("bytea_output", "hex"),
    ("client_min_messages", "notice"),
    ("datestyle", "ISO, MDY"),
    ("default_transaction_isolation", "read committed"),
    ("default_transaction_read_only", "off"),
    ("extra_float_digits", "1"),
    ("idle_in_transaction_session_timeout", "0"),
    ("idle_session_timeout", "0"),
    ("intervalstyle", "postgres"),
    ("lock_timeout", "0"),
    ("standard_conforming_strings", "on"),
    ("statement_timeout", "0"),
    ("timezone", "UTC"),
    ("default_tablespace", ""),
];

/// A list of names, each of which is quoted by itself.
const PATH: &str = "search_path = \"$user\", public";

/// Sets them in a session of ours.
pub(super) fn prepare(session: &mut Client) -> Result<()> {
    let mut sql = format!("SET {PATH};");
    for (name, value) in SETTINGS {
        sql.push_str(&format!("SET {name} = '{value}';"));
    }
    session.batch_execute(&sql).context("cannot set the session up")
}

/// Sets them for a database of a run; `login` for runs that log in as the role we are, whose own
/// settings would count for more. All of it goes with the database.
pub(super) fn of_database(session: &mut Client, name: &str, login: bool) -> Result<()> {
    let whose = match login {
        true => format!("ALTER ROLE CURRENT_USER IN DATABASE {name} SET"),
        false => format!("ALTER DATABASE {name} SET"),
    };
    let mut sql = format!("{whose} {PATH};");
    for (setting, value) in SETTINGS {
        sql.push_str(&format!("{whose} {setting} = '{value}';"));
    }
    session.batch_execute(&sql).context("cannot set a database up")
}
