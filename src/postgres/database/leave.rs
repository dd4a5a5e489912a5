//! On a server of somebody's own, the last pglings to leave takes away what was for all runs.
//!
//! Each holds a lock shared, and whoever can have it alone is the last. Locks of this kind are a
//! database's, and one login may come by way of several: sessions of ours elsewhere are looked for
//! too. Whoever comes in between makes again what it misses.

use postgres::Client;

use super::OWNER;
use crate::error::{Context, Result};
use crate::home::short_hash;

/// "pglings" in ASCII.
const LOCK: i64 = 0x70_676c_696e_6773;

/// What the names of a login end with that last longer than a run.
pub(super) fn mark(user: &str) -> String {
    format!("_{}", short_hash(user.as_bytes()))
}

/// Joins the users of the server.
pub(super) fn join(admin: &mut Client) -> Result<()> {
    let sql = "SELECT pg_advisory_lock_shared($1)";
    admin.execute(sql, &[&LOCK]).context("cannot take a lock").map(drop)
}

/// Leaves. Done as well as it can be: what stays is for the next one to take away.
pub(super) fn leave(admin: &mut Client, scope: &str) {
    let last = "SELECT pg_advisory_unlock_shared($1) AND pg_try_advisory_lock($1) AND NOT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE application_name LIKE 'pglings\\_%' AND usename = session_user
          AND application_name <> current_setting('application_name'))";
    if !admin.query_one(last, &[&LOCK]).is_ok_and(|row| row.get(0)) {
        return;
    }
    let templates = "SELECT datname::text FROM pg_database
        WHERE datname LIKE 'pglings\\_t\\_%' AND right(datname, length($1)) = $1
          AND datdba = (SELECT oid FROM pg_roles WHERE rolname = current_user)";
    for row in admin.query(templates, &[&scope]).unwrap_or_default() {
        let name: String = row.get(0);
        let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name}"));
    }
    // The owner of what is in a database that was kept stays with it.
    let _ = admin.batch_execute(&format!("DROP ROLE IF EXISTS {OWNER}{scope}"));
}
