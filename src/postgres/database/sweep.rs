//! What processes that are gone have left.

use postgres::Client;

use crate::error::{Context, Result};

/// Drops templates that no run has wanted for a month, or that an older pglings made: their fixture
/// has changed since, most likely. One that is wanted after all is made again.
pub(super) fn sweep_templates(admin: &mut Client) -> Result<()> {
    let sql = r"SELECT datname::text FROM pg_database
        WHERE datname LIKE 'pglings\_t\_%' AND coalesce(
            substring(shobj_description(oid, 'pg_database') FROM 'last used (.{10})')::date,
            '-infinity') < current_date - 30";
    for row in admin.query(sql, &[]).context("cannot list the templates")? {
        let name: String = row.get(0);
        let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name}"));
    }
    Ok(())
}

/// Of the `name` of a database or role of a run: whether the process that made it is gone.
pub(super) const GONE: &str = "split_part(name, '_', 3) NOT IN
    (SELECT split_part(application_name, '_', 2) FROM pg_stat_activity
     WHERE application_name LIKE 'pglings\\_%')";

/// Drops databases and roles whose process is gone.
pub(super) fn sweep(admin: &mut Client) -> Result<()> {
    let list = |admin: &mut Client, names: &str| -> Result<Vec<String>> {
        let sql = format!("SELECT name FROM ({names}) AS left_over (name) WHERE {GONE}");
        let rows = admin.query(&sql, &[]).context("cannot look for leftovers")?;
        Ok(rows.iter().map(|row| row.get::<_, String>(0)).collect())
    };
    let databases =
        r"SELECT datname::text FROM pg_database WHERE datname ~ '^pglings_r_[a-z0-9]{8}_[0-9]+$'";
    for name in list(admin, databases)? {
        // Two processes may sweep at once; one of them finds nothing left.
        let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }
    let roles =
        r"SELECT rolname::text FROM pg_roles WHERE rolname ~ '^pglings_r_[a-z0-9]{8}_[0-9]+_'";
    for name in list(admin, roles)? {
        let _ = admin.batch_execute(&format!("DROP ROLE IF EXISTS {name}"));
    }
    Ok(())
}
