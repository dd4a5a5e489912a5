//! On a server of somebody's own, settings of the server, of the role or of the database may be any:
//! what runs there begins as it would on a server that nobody has set anything on.

use postgres::Client;

use crate::error::{Context, Result};

const SETTINGS: [(&str, &str); 13] = [
    ("bytea_output", "hex"),
    ("client_min_messages", "notice"),
    ("datestyle", "ISO, MDY"),
    ("default_transaction_isolation", "read committed"),
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
/// settings would count for more. Those alone are set for the role: it would hide from a run what it
/// sets for its database itself. All of it goes with the database.
pub(super) fn of_database(session: &mut Client, name: &str, login: bool) -> Result<()> {
    let mut own = Vec::new();
    if login {
        let sql = "SELECT split_part(unnest(setconfig), '=', 1) FROM pg_db_role_setting
                   WHERE setdatabase = 0
                     AND setrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)";
        let rows = session.query(sql, &[]).context("cannot list the role's settings")?;
        own = rows.iter().map(|row| row.get::<_, String>(0).to_lowercase()).collect();
    }
    let mut sql = String::new();
    let path = [("search_path", PATH.to_owned())];
    let rest = SETTINGS.iter().map(|(setting, value)| (*setting, format!("{setting} = '{value}'")));
    for (setting, to) in path.into_iter().chain(rest) {
        sql.push_str(&format!("ALTER DATABASE {name} SET {to};"));
        if own.iter().any(|own| own == setting) {
            sql.push_str(&format!("ALTER ROLE CURRENT_USER IN DATABASE {name} SET {to};"));
        }
    }
    session.batch_execute(&sql).context("cannot set a database up")
}
