//! `server clean`: everything that pglings has ever made on a server, and that nobody uses now.

use postgres::Client;

use super::sweep::GONE;
use crate::error::{Context, Result};
use crate::postgres::address::quoted;

/// What is left on a server, by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Databases: of runs that are gone, templates, and those kept for a look inside.
    pub databases: Vec<String>,
    /// Roles of runs that are gone, and the owner of what fixtures make.
    pub roles: Vec<String>,
}

/// Finds them. What belongs to another login that this one may not act for is none of them.
pub fn leftovers(client: &mut Client) -> Result<Leftovers> {
    let run = format!("name !~ '^pglings_r_' OR ({GONE})");
    let databases = format!(
        "SELECT name FROM (
             SELECT datname::text AS name FROM pg_database
             WHERE datname ~ '^pglings_(r_[a-z0-9]{{8}}_[0-9]+$|t_|kept_)'
               AND pg_has_role(datdba, 'MEMBER')) AS found
         WHERE {run} ORDER BY name"
    );
    let roles = format!(
        "SELECT name FROM (
             SELECT rolname::text AS name FROM pg_roles
             WHERE rolname ~ '^pglings_(r_[a-z0-9]{{8}}_[0-9]+_(login|grader)|owner(_[0-9a-f]{{8}})?)$'
               AND pg_has_role(oid, 'MEMBER')
               AND (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user)
             ) AS found
         WHERE {run} ORDER BY name"
    );
    let mut names = |sql: &str| -> Result<Vec<String>> {
        let rows = client.query(sql, &[]).context("cannot look for leftovers")?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    };
    Ok(Leftovers { databases: names(&databases)?, roles: names(&roles)? })
}

impl Leftovers {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.databases.is_empty() && self.roles.is_empty()
    }

    /// Drops them. Returns a line for each that stays, with why.
    pub fn drop_from(&self, client: &mut Client) -> Vec<String> {
        let databases = self.databases.iter().map(|name| (name, "DATABASE", " WITH (FORCE)"));
        let roles = self.roles.iter().map(|name| (name, "ROLE", ""));
        let mut stay = Vec::new();
        for (name, kind, how) in databases.chain(roles) {
            let sql = format!("DROP {kind} IF EXISTS {}{how}", quoted(name));
            if let Err(error) = client.batch_execute(&sql) {
                let why = error
                    .as_db_error()
                    .map_or_else(|| error.to_string(), |db| db.message().to_owned());
                stay.push(format!("{name}: {why}"));
            }
        }
        stay
    }
}
