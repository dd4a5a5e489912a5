//! Where a server comes from: the first of the learner's own, the machine's, the bundle's and
//! Docker's that has what a lesson needs.

use std::fmt;
use std::slice;
use std::str::FromStr;
use std::sync::OnceLock;

use super::address::Address;
use super::binaries::{self, Binaries};
use super::bundle;
use super::cluster::Cluster;
use super::docker::Docker;
use super::needs::{Lacking, Needs, OLDEST, Privilege};
use super::server::{Held, Server};
use super::{own, programs, throwaway};
use crate::error::{Error, Result};
use crate::home::Home;

/// Which source to use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Choice {
    /// The first that will do.
    #[default]
    Any,
    /// PostgreSQL programs on this machine.
    Local,
    /// The prebuilt bundle.
    Bundle,
    /// The service of docker-compose.yml.
    Docker,
    /// The learner's own server.
    Url(String),
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Choice, String> {
        match text {
            "local" => Ok(Choice::Local),
            "bundle" => Ok(Choice::Bundle),
            "docker" => Ok(Choice::Docker),
            // What was meant for one is said later, and shown nowhere: a password may be in it.
            text if text.contains(['/', '=', '@', ':']) => Ok(Choice::Url(text.to_owned())),
            _ => Err("it is `local`, `bundle`, `docker` or a connection string such as \
                 postgres://USER:PASSWORD@HOST:PORT/DATABASE"
                .to_owned()),
        }
    }
}

/// Why a source was passed over.
#[derive(Debug, Clone)]
pub struct Lack {
    /// The source.
    pub source: &'static str,
    /// What it lacks.
    pub why: String,
    /// What of the needs, if it has a server.
    lacking: Option<Lacking>,
}

impl Lack {
    /// There is no server at all.
    fn none(source: &'static str, why: String) -> Lack {
        Lack { source, why, lacking: None }
    }

    fn of(source: &'static str, server: &str, lacking: Lacking) -> Lack {
        let why = format!("{server} {}", lacking.words());
        Lack { source, why, lacking: Some(lacking) }
    }

    /// Where this source was asked for by name.
    fn error(&self, named: &str) -> Error {
        match &self.lacking {
            Some(lacking) => lacking.error(format!("{named}{}.", self.why)),
            None => Error::NoServer(format!("{named}{}.", self.why)),
        }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.why)
    }
}

/// A server, or why its source has none that will do.
type Found = Result<std::result::Result<Server, Lack>>;

/// Finds a server that has what is needed and starts it if need be.
///
/// `say` hears a line before anything that takes long.
pub fn find(
    home: &Home,
    choice: &Choice,
    needs: &Needs,
    say: &mut dyn FnMut(&str),
) -> Result<Server> {
    const ASKED: &str = "you asked for it";
    match choice {
        Choice::Url(url) => {
            let server = own_server(url, "--server", &Needs::NOTHING)?.map_err(|l| l.error(""))?;
            server.has(needs).map(|()| server)
        }
        Choice::Local => {
            local(home, needs, say)?.map_err(|lack| no_server(slice::from_ref(&lack), needs))
        }
        Choice::Bundle => from_bundle(home, needs, ASKED, say)?.map_err(|lack| lack.error("")),
        Choice::Docker => {
            in_docker(home, needs, ASKED, say)?.map_err(|lack| lack.error("Docker: "))
        }
        Choice::Any => any(home, needs, say),
    }
}

fn any(home: &Home, needs: &Needs, say: &mut dyn FnMut(&str)) -> Result<Server> {
    let mut lacks = Vec::new();
    match database_url() {
        // A server that was named and does not answer is a mistake to be told, not passed over.
        Some((url, from)) => match own_server(&url, from, needs)? {
            Ok(server) => return Ok(server),
            Err(lack) => lacks.push(lack),
        },
        None => lacks.push(Lack::none("DATABASE_URL", "is not set".to_owned())),
    }
    match local(home, needs, say)? {
        Ok(server) => return Ok(server),
        Err(lack) => lacks.push(lack),
    }
    // What the ones before lack is why another one is started.
    let said = |lacks: &[Lack]| {
        let said: Vec<&str> = match lacks {
            [unset, rest @ ..] if unset.source == "DATABASE_URL" => rest,
            all => all,
        }
        .iter()
        .map(|lack| lack.why.as_str())
        .collect();
        said.join(", and ")
    };
    match from_bundle(home, needs, &said(&lacks), say)? {
        Ok(server) => return Ok(server),
        Err(lack) => lacks.push(lack),
    }
    match in_docker(home, needs, &said(&lacks[..lacks.len() - 1]), say)? {
        Ok(server) => return Ok(server),
        Err(lack) => lacks.push(lack),
    }
    Err(no_server(&lacks, needs))
}

/// `DATABASE_URL` from the environment, else from `.env` in this folder or above.
pub fn database_url() -> Option<(String, &'static str)> {
    if let Ok(url) = std::env::var("DATABASE_URL") {
        return (!url.is_empty()).then_some((url, "DATABASE_URL"));
    }
    let file = dotenvy::dotenv_iter().ok()?;
    let found = file.filter_map(std::result::Result::ok).find(|(name, _)| name == "DATABASE_URL");
    found.map(|(_, url)| (url, "DATABASE_URL in .env"))
}

/// The learner's own server. The inner error is what it lacks of the needs; whatever else keeps it
/// from being used is a mistake to be told, not passed over.
pub fn own_server(url: &str, from: &str, needs: &Needs) -> Found {
    let own = own::reach(url, from)?;
    if let Some(why) = own.lacks() {
        return Err(Error::NoServer(format!(
            "The server that {from} names cannot be used: {why}."
        )));
    }
    let (shared, may) = (own.shared(), own.survey.may());
    let (address, version) = (own.address, own.survey.version);
    let why = format!("PostgreSQL {} at {address}, which {from} names", dotted(version));
    let server =
        Server { address, version, why, shared, may, lease: None, extensions: OnceLock::new() };
    check("your own server", server, needs)
}

/// A server of a source, unless it lacks something.
fn check(source: &'static str, server: Server, needs: &Needs) -> Found {
    let Some(lacking) = server.lacking(needs)? else { return Ok(Ok(server)) };
    let name = format!("the PostgreSQL {} at {}", dotted(server.version), server.address);
    Ok(Err(Lack::of(source, &name, lacking)))
}

/// The learner's own server, if it answers, whether or not it will do for lessons.
pub fn reach(url: &str, from: &str) -> Result<Address> {
    own::reach(url, from).map(|own| own.address)
}

fn local(home: &Home, needs: &Needs, say: &mut dyn FnMut(&str)) -> Found {
    const SOURCE: &str = "this machine";
    let installed = binaries::installed();
    let (recent, old): (Vec<_>, Vec<_>) =
        installed.into_iter().partition(|found| found.major >= OLDEST);
    let why = match (recent.first(), old.first()) {
        (Some(newest), _) => match choose(&recent, needs) {
            Ok(found) => {
                let why = format!("PostgreSQL {} from {}", found.version, found.dir.display());
                return private(home, "local", found.clone(), why, say).map(Ok);
            }
            Err(lacking) => {
                let name = format!("the PostgreSQL {} of this machine", newest.version);
                return Ok(Err(Lack::of(SOURCE, &name, lacking)));
            }
        },
        (None, Some(old)) => format!(
            "PostgreSQL {} in {} is too old; the workbook needs {OLDEST} or newer",
            old.version,
            old.dir.display()
        ),
        (None, None) => "no PostgreSQL programs were found on this machine".to_owned(),
    };
    Ok(Err(Lack::none(SOURCE, why)))
}

/// The first that has what is needed, or what the very first lacks.
fn choose<'a>(all: &'a [Binaries], needs: &Needs) -> std::result::Result<&'a Binaries, Lacking> {
    let mut first = None;
    for found in all {
        // The cluster is ours, and so is its superuser.
        let has = |name: &str| found.has_extension(name);
        let runs = |name: &str| programs::find(Some(found), found.major, name).is_some();
        match needs.lacking(found.major, Privilege::Superuser, has, runs) {
            None => return Ok(found),
            Some(lacking) => first = first.or(Some(lacking)),
        }
    }
    Err(first.unwrap_or(Lacking::Version(needs.least)))
}

fn from_bundle(home: &Home, needs: &Needs, reason: &str, say: &mut dyn FnMut(&str)) -> Found {
    const SOURCE: &str = "the bundle";
    // Nothing is downloaded in vain.
    if needs.least > bundle::major() {
        return Ok(Err(Lack::of(SOURCE, SOURCE, Lacking::Version(needs.least))));
    }
    let found = match bundle::fetch(home, say) {
        Err(Error::NoServer(why)) => return Ok(Err(Lack::none(SOURCE, why))),
        found => found?,
    };
    let (label, found) = found;
    match choose(slice::from_ref(&found), needs) {
        Ok(found) => {
            let why = format!("PostgreSQL {} from the bundle, since {reason}", found.version);
            private(home, label, found.clone(), why, say).map(Ok)
        }
        Err(lacking) => Ok(Err(Lack::of(SOURCE, SOURCE, lacking))),
    }
}

fn private(
    home: &Home,
    label: &str,
    binaries: Binaries,
    why: String,
    say: &mut dyn FnMut(&str),
) -> Result<Server> {
    // A lesson's own server runs on when pglings is killed, and that lesson may never be walked again.
    throwaway::sweep(home, &binaries);
    let lease = Cluster::new(home, label, binaries).lease(say)?;
    let address = lease.address.clone();
    let version = version(&mut address.connect()?)?;
    let (may, lease) = (Privilege::Superuser, Some(Held::Cluster(lease)));
    Ok(Server { address, version, why, shared: None, may, lease, extensions: OnceLock::new() })
}

fn in_docker(home: &Home, needs: &Needs, reason: &str, say: &mut dyn FnMut(&str)) -> Found {
    const SOURCE: &str = "Docker";
    let no = |why: String| Ok(Err(Lack::none(SOURCE, why)));
    let lease = match Docker::locate(home).and_then(|docker| docker.lease(say)) {
        Err(Error::NoServer(why)) => return no(why),
        lease => lease?,
    };
    let address = lease.address.clone();
    let mut client = address.connect()?;
    let version = version(&mut client)?;
    if version / 10_000 < OLDEST {
        return no(format!(
            "its image has PostgreSQL {}; the workbook needs {OLDEST} or newer",
            version / 10_000
        ));
    }
    let Some(may) = may(&mut client)? else {
        return no(format!("its user {} may not create databases", address.user()));
    };
    let root = lease.root().display();
    let why = format!("PostgreSQL {} in Docker from {root}, since {reason}", dotted(version));
    let lease = Some(Held::Container(lease));
    let server =
        Server { address, version, why, shared: None, may, lease, extensions: OnceLock::new() };
    Ok(match server.lacking(needs)? {
        None => Ok(server),
        Some(lacking) => Err(Lack::of(SOURCE, "its image", lacking)),
    })
}

/// The private clusters that there may be on this machine, whether or not they run.
pub fn clusters(home: &Home) -> Vec<(String, Cluster)> {
    let local = binaries::installed().into_iter().map(|found| ("local", found));
    local
        .chain(bundle::all_fetched(home))
        .map(|(label, found)| {
            let kind = label.split('-').next().unwrap_or(label);
            let name = format!("{kind}, PostgreSQL {}", found.version);
            (name, Cluster::new(home, label, found))
        })
        .filter(|(_, cluster)| cluster.dir().is_dir())
        .collect()
}

/// A psql for any server, if there is one. That of the machine can edit lines and speak TLS, which the
/// bundle's cannot.
pub fn psql() -> Option<std::path::PathBuf> {
    programs::find(None, 0, "psql")
}

/// The server's version as a number.
fn version(client: &mut postgres::Client) -> Result<u32> {
    use crate::error::Context;
    let sql = "SELECT current_setting('server_version_num')::int";
    let row = client.query_one(sql, &[]).context("cannot ask the server for its version")?;
    Ok(u32::try_from(row.get::<_, i32>(0)).unwrap_or(0))
}

/// What the login may do besides creating databases, if it may do that.
fn may(client: &mut postgres::Client) -> Result<Option<Privilege>> {
    use crate::error::Context;
    let sql = "SELECT rolsuper OR rolcreatedb, rolcreaterole, rolsuper
               FROM pg_roles WHERE rolname = current_user";
    let row = client.query_one(sql, &[]).context("cannot ask what this login may do")?;
    Ok(row.get::<_, bool>(0).then(|| Privilege::of(row.get(1), row.get(2))))
}

fn dotted(version: u32) -> String {
    format!("{}.{}", version / 10_000, version % 10_000)
}

fn no_server(lacks: &[Lack], needs: &Needs) -> Error {
    let what =
        if *needs == Needs::NOTHING { "PostgreSQL server".to_owned() } else { needs.words() };
    let mut text = format!("No {what} will do.\n");
    for lack in lacks {
        text.push_str(&format!("  {lack}\n"));
    }
    text.push_str(&cure());
    match lacks.iter().find_map(|lack| lack.lacking.as_ref()) {
        Some(lacking) => lacking.error(text),
        None => Error::NoServer(text),
    }
}

/// The one command that mends the lack of a server on this system.
pub fn cure() -> String {
    let has = |program: &str| {
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
            .any(|dir| dir.join(program).is_file())
    };
    let install = match () {
        () if cfg!(windows) => "winget install PostgreSQL.PostgreSQL.17",
        () if cfg!(target_os = "macos") => "brew install postgresql@17",
        () if has("apt-get") => "sudo apt-get install postgresql python3-pip",
        () if has("dnf") => "sudo dnf install postgresql-server python3-pip",
        () if has("pacman") => "sudo pacman -S postgresql python-pip",
        () if has("apk") => "sudo apk add postgresql py3-pip",
        () => "docker compose up --detach --wait",
    };
    format!("To mend it: {install}")
}
