//! Templates: a fixture is made into one once per server, and copied from then on.

use std::sync::atomic::Ordering;

use postgres::Client;

use super::fixture::Fixture;
use super::making::Shared;
use super::{exists, settings};
use crate::error::{Context, Error, Result};
use crate::home::short_hash;
use crate::postgres::server::Server;

impl Shared {
    pub(super) fn template_name(&self, fixture: &Fixture) -> String {
        format!("{}{}", fixture.template(), self.scope)
    }

    /// Copies the fixture's template. Another process may have dropped it since it was looked for.
    pub(super) fn copy(
        &self,
        session: &mut Client,
        fixture: &Fixture,
        name: &str,
        place: &str,
    ) -> Result<()> {
        let mut attempts = 3;
        loop {
            let template = self.template(session, fixture)?;
            let sql = format!("CREATE DATABASE {name} TEMPLATE {template}{}{place}", self.strategy);
            let copied = session.batch_execute(&sql);
            let lost = |error: &postgres::Error| {
                error.code() == Some(&postgres::error::SqlState::UNDEFINED_DATABASE)
            };
            attempts -= 1;
            if attempts == 0 || !copied.as_ref().is_err_and(lost) {
                return copied.context("cannot create a database");
            }
        }
    }

    /// The fixture's template, made if it is not there.
    fn template(&self, admin: &mut Client, fixture: &Fixture) -> Result<String> {
        let name = self.template_name(fixture);
        self.made_once(admin, &name, |admin| self.make_template(admin, fixture, &name))?;
        Ok(name)
    }

    /// A template that has to be there, made by `make` if it is not.
    fn made_once(
        &self,
        admin: &mut Client,
        name: &str,
        make: impl FnOnce(&mut Client) -> Result<()>,
    ) -> Result<()> {
        if self.is_template(admin, name)? {
            return Ok(());
        }
        // One process makes it; the others wait here. The lock ends with the session at the latest.
        let lock = i64::from_str_radix(&short_hash(name.as_bytes()), 16).unwrap_or(0);
        admin.execute("SELECT pg_advisory_lock($1)", &[&lock]).context("cannot take a lock")?;
        let made = match exists(admin, name) {
            Ok(false) => make(admin),
            other => other.map(drop),
        };
        admin.execute("SELECT pg_advisory_unlock($1)", &[&lock]).context("cannot leave a lock")?;
        made
    }

    /// Whether the template is there. Where it may stay, the day of its last use is noted.
    fn is_template(&self, admin: &mut Client, name: &str) -> Result<bool> {
        let sql = "SELECT shobj_description(oid, 'pg_database'), 'last used ' || current_date
                   FROM pg_database WHERE datname = $1";
        let row = admin.query_opt(sql, &[&name]).context("cannot list the databases")?;
        let Some(row) = row else { return Ok(false) };
        let (noted, today): (Option<String>, String) = (row.get(0), row.get(1));
        if !self.foreign && noted.as_ref() != Some(&today) {
            // Two may note it at once; one of them is told to try again, and need not.
            let _ = admin.batch_execute(&format!("COMMENT ON DATABASE {name} IS '{today}'"));
        }
        Ok(true)
    }

    fn make_template(&self, admin: &mut Client, fixture: &Fixture, name: &str) -> Result<()> {
        let bare = if self.foreign { None } else { Some(self.bare(admin)?) };
        self.make_as(admin, name, bare.as_deref(), |draft| self.fill(fixture, draft))
    }

    /// What the templates of a private cluster are copied from: an empty database whose catalogs are
    /// written anew. Without the maps of free space that initdb leaves, it and every copy of it has a
    /// quarter fewer files, of which making a database and dropping it consists.
    fn bare(&self, admin: &mut Client) -> Result<String> {
        let name = format!("pglings_t_bare_1{}", self.scope);
        self.made_once(admin, &name, |admin| {
            self.make_as(admin, &name, None, |draft| {
                let mut client = self.address.database(draft).connect()?;
                client.batch_execute("VACUUM FULL").context("cannot write the catalogs anew")
            })
        })?;
        Ok(name)
    }

    /// Makes a template of an empty database, or a copy of `from`, when it is filled.
    fn make_as(
        &self,
        admin: &mut Client,
        name: &str,
        from: Option<&str>,
        fill: impl FnOnce(&str) -> Result<()>,
    ) -> Result<()> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let draft = format!("pglings_r_{}_{number}", self.key);
        match from {
            Some(from) => {
                let sql = format!("CREATE DATABASE {draft} TEMPLATE {from}{}", self.strategy);
                admin.batch_execute(&sql).context("cannot create a database")?;
            }
            None => create_empty(admin, &draft)?,
        }
        let filled = fill(&draft);
        let finished = filled.and_then(|()| {
            admin
                .batch_execute(&format!(
                    // Nobody is to change what all later runs begin with, or to be in the way there.
                    "ALTER DATABASE {draft} ALLOW_CONNECTIONS false;
                     ALTER DATABASE {draft} RENAME TO {name}"
                ))
                .context("cannot name the template")?;
            // Notes that it is used, lest another process take it for an old one.
            self.is_template(admin, name).map(drop)
        });
        if finished.is_err() {
            // The first error is the one to report.
            let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"));
        }
        finished
    }

    fn fill(&self, fixture: &Fixture, database: &str) -> Result<()> {
        let mut client = self.address.database(database).connect()?;
        if self.foreign {
            settings::prepare(&mut client)?;
        }
        for extension in fixture.extensions {
            client
                .batch_execute(&format!("CREATE EXTENSION {extension}"))
                .context(format!("cannot create the extension {extension}"))?;
        }
        if self.own_roles {
            let owner = self.owner();
            client
                .batch_execute(&format!(
                    "GRANT ALL ON SCHEMA public TO {owner} WITH GRANT OPTION;
                     ALTER SCHEMA public OWNER TO {owner};
                     SET ROLE {owner}"
                ))
                .context("cannot prepare the template")?;
        }
        client.batch_execute(fixture.sql).map_err(|error| {
            Error::Content(format!("the fixture {} is broken: {error:?}", fixture.name))
        })?;
        client.batch_execute("ANALYZE").context("cannot analyse the template")?;
        // The first session after this writes down what each has to know of the catalog. With that
        // in the template, the first session on a clone need not find it out.
        self.address.database(database).connect().map(drop)
    }
}

/// An empty database that sorts by code point, wherever the server is.
fn create_empty(admin: &mut Client, name: &str) -> Result<()> {
    let mut last = None;
    for locale in ["C.UTF-8", "C.utf8", "C"] {
        let sql = format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' \
             LC_COLLATE 'C' LC_CTYPE '{locale}'"
        );
        match admin.batch_execute(&sql) {
            Ok(()) => return Ok(()),
            Err(error) => last = Some(error),
        }
    }
    match last {
        Some(source) => Err(Error::Server { context: "cannot create a database".into(), source }),
        None => Ok(()),
    }
}

/// Through the log of changes, which is the default since 15, a clone takes twice the time and leaves
/// its size in the log. Copying files asks for a checkpoint of the whole server instead, which is for
/// nothing where nobody waits for the disk, but may take long on a server of somebody's own.
pub(super) fn strategy(server: &Server) -> &'static str {
    let ours = server.cluster().is_some();
    if ours && server.major() >= 15 { " STRATEGY file_copy" } else { "" }
}
