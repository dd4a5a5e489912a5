//! Where a server comes from: the first of the learner's own, the machine's, the bundle's and
//! Docker's that has what a lesson needs.

use std::fmt;
use std::str::FromStr;

use super::address::Address;
use super::binaries::{self, Binaries};
use super::bundle;
use super::cluster::{Cluster, Lease};
use super::docker::{self, Docker};
use super::{own, throwaway};
use crate::error::{Error, Result};
use crate::home::Home;

/// The oldest major version that the workbook is written for.
pub const OLDEST: u32 = 14;

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

/// A server that is up, with a login that may create databases.
#[derive(Debug)]
pub struct Server {
    /// Where it is.
    pub address: Address,
    /// Its version as a number: 150018 is 15.18.
    pub version: u32,
    /// Which one it is and why it was chosen, in one line.
    pub why: String,
    /// What cannot be kept apart on it, to be said once.
    pub shared: Option<String>,
    lease: Option<Held>,
}

/// What keeps a server running while it is used.
#[derive(Debug)]
enum Held {
    Cluster(Lease),
    Container(docker::Lease),
}

impl Server {
    /// The major version.
    pub fn major(&self) -> u32 {
        self.version / 10_000
    }

    /// Says that the server is too old for what needs this major version.
    pub fn is_at_least(&self, needs: u32) -> Result<()> {
        if self.major() >= needs {
            return Ok(());
        }
        Err(Error::NeedsNewer(format!(
            "It needs PostgreSQL {needs}, and the server is {}.",
            self.why
        )))
    }

    /// The private cluster, if that is what it is.
    pub fn cluster(&self) -> Option<&Cluster> {
        match &self.lease {
            Some(Held::Cluster(lease)) => Some(lease.cluster()),
            _ => None,
        }
    }

    /// Has it stay when its last user leaves. Returns whether pglings started it, so that it can
    /// say so.
    pub fn keep(&self) -> Result<bool> {
        match &self.lease {
            Some(Held::Cluster(lease)) => lease.cluster().keep(true).map(|()| true),
            Some(Held::Container(lease)) => lease.keep(),
            None => Ok(false),
        }
    }
}

/// Why a source was passed over, and the command that would mend it.
#[derive(Debug, Clone)]
pub struct Lack {
    /// The source.
    pub source: &'static str,
    /// What it lacks.
    pub why: String,
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.why)
    }
}

/// Finds a server that has the extensions and starts it if need be.
///
/// `say` hears a line before anything that takes long.
pub fn find(
    home: &Home,
    choice: &Choice,
    extensions: &[&str],
    say: &mut dyn FnMut(&str),
) -> Result<Server> {
    match choice {
        Choice::Url(url) => own_server(url, "--server", extensions)?
            .map_err(|lack| Error::NoServer(format!("{}.", lack.why))),
        Choice::Local => {
            local(home, extensions, say)?.map_err(|lack| no_server(&[lack], extensions))
        }
        Choice::Bundle => from_bundle(home, extensions, "you asked for it", say),
        Choice::Docker => {
            in_docker(home, extensions, "you asked for it", say).map_err(|error| match error {
                Error::NoServer(why) => Error::NoServer(format!("Docker: {why}.")),
                error => error,
            })
        }
        Choice::Any => any(home, extensions, say),
    }
}

fn any(home: &Home, extensions: &[&str], say: &mut dyn FnMut(&str)) -> Result<Server> {
    let mut lacks = Vec::new();
    match database_url() {
        // A server that was named and does not answer is a mistake to be told, not passed over.
        Some((url, from)) => match own_server(&url, from, extensions)? {
            Ok(server) => return Ok(server),
            Err(lack) => lacks.push(lack),
        },
        None => lacks.push(Lack { source: "DATABASE_URL", why: "is not set".to_owned() }),
    }
    match local(home, extensions, say)? {
        Ok(server) => return Ok(server),
        Err(lack) => lacks.push(lack),
    }
    let why = match lacks.last() {
        Some(lack) if !extensions.is_empty() => lack.why.clone(),
        _ => "no PostgreSQL programs were found on this machine".to_owned(),
    };
    match from_bundle(home, extensions, &why, say) {
        Err(Error::NoServer(why)) => lacks.push(Lack { source: "the bundle", why }),
        result => return result,
    }
    match in_docker(home, extensions, "nothing else will do", say) {
        Err(Error::NoServer(why)) => lacks.push(Lack { source: "Docker", why }),
        result => return result,
    }
    Err(no_server(&lacks, extensions))
}

/// Finds a server of this major version or a newer one, where the first that [`find`] comes upon is
/// older: on this machine, in the bundle or in Docker. What was asked for by name stays the answer.
pub fn find_newer(
    home: &Home,
    needs: u32,
    extensions: &[&str],
    say: &mut dyn FnMut(&str),
) -> Result<Server> {
    let reason = format!("PostgreSQL {needs} is needed");
    let here = binaries::installed().into_iter().find(|found| {
        found.major >= needs && extensions.iter().all(|name| found.has_extension(name))
    });
    if let Some(found) = here {
        let why = format!("PostgreSQL {} from {}", found.version, found.dir.display());
        return private(home, "local", found, why, say);
    }
    // Nothing is downloaded in vain.
    if needs <= bundle::NEWEST {
        let bundled = from_bundle(home, extensions, &reason, say);
        match bundled.and_then(|server| server.is_at_least(needs).map(|()| server)) {
            Err(Error::NoServer(_) | Error::NeedsNewer(_)) => {}
            found => return found,
        }
    }
    let server = in_docker(home, extensions, &reason, say)?;
    server.is_at_least(needs)?;
    Ok(server)
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

/// The learner's own server. The inner error is an extension that it lacks; whatever else keeps it
/// from being used is a mistake to be told, not passed over.
pub fn own_server(
    url: &str,
    from: &str,
    extensions: &[&str],
) -> Result<std::result::Result<Server, Lack>> {
    let lack = |why: String| Ok(Err(Lack { source: "your own server", why }));
    let own = own::reach(url, from)?;
    if let Some(why) = own.lacks() {
        return Err(Error::NoServer(format!(
            "The server that {from} names cannot be used: {why}."
        )));
    }
    let shared = own.shared();
    let (address, version) = (own.address, own.survey.version);
    let mut client = address.connect()?;
    for extension in extensions {
        if !available(&mut client, extension)? {
            return lack(format!("{address} has no extension {extension}"));
        }
    }
    let why = format!("PostgreSQL {} at {address}, which {from} names", dotted(version));
    Ok(Ok(Server { address, version, why, shared, lease: None }))
}

/// The learner's own server, if it answers, whether or not it will do for lessons.
pub fn reach(url: &str, from: &str) -> Result<Address> {
    own::reach(url, from).map(|own| own.address)
}

fn local(
    home: &Home,
    extensions: &[&str],
    say: &mut dyn FnMut(&str),
) -> Result<std::result::Result<Server, Lack>> {
    let lack = |why: String| Ok(Err(Lack { source: "this machine", why }));
    let installed = binaries::installed();
    let recent: Vec<Binaries> =
        installed.iter().filter(|found| found.major >= OLDEST).cloned().collect();
    if recent.is_empty() {
        return lack(match installed.first() {
            Some(old) => format!(
                "PostgreSQL {} in {} is too old; the workbook needs {OLDEST} or newer",
                old.version,
                old.dir.display()
            ),
            None => "no PostgreSQL programs were found on this machine".to_owned(),
        });
    }
    let wanted = |found: &&Binaries| extensions.iter().all(|name| found.has_extension(name));
    let Some(found) = recent.iter().find(wanted) else {
        return lack(format!(
            "the PostgreSQL {} of this machine has no extension {}",
            recent[0].version,
            extensions.join(", ")
        ));
    };
    let why = format!("PostgreSQL {} from {}", found.version, found.dir.display());
    private(home, "local", found.clone(), why, say).map(Ok)
}

fn from_bundle(
    home: &Home,
    extensions: &[&str],
    reason: &str,
    say: &mut dyn FnMut(&str),
) -> Result<Server> {
    let found = bundle::fetch(home, say)?;
    let wanted = |found: &&Binaries| extensions.iter().all(|name| found.has_extension(name));
    let Some(found) = found.iter().find(wanted) else {
        return Err(Error::NoServer(format!(
            "the bundle has no extension {}",
            extensions.join(", ")
        )));
    };
    let why = format!("PostgreSQL {} from the bundle, since {reason}", found.version);
    private(home, "bundle", found.clone(), why, say)
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
    Ok(Server { address, version, why, shared: None, lease: Some(Held::Cluster(lease)) })
}

fn in_docker(
    home: &Home,
    extensions: &[&str],
    reason: &str,
    say: &mut dyn FnMut(&str),
) -> Result<Server> {
    let lease = Docker::locate(home)?.lease(say)?;
    let address = lease.address.clone();
    let mut client = address.connect()?;
    let version = version(&mut client)?;
    let no = |why: String| Err(Error::NoServer(why));
    if version / 10_000 < OLDEST {
        return no(format!(
            "its image has PostgreSQL {}; the workbook needs {OLDEST} or newer",
            version / 10_000
        ));
    }
    if !may_create(&mut client)? {
        return no(format!("its user {} may not create databases", address.user()));
    }
    for extension in extensions {
        if !available(&mut client, extension)? {
            return no(format!("its image has no extension {extension}"));
        }
    }
    let root = lease.root().display();
    let why = format!("PostgreSQL {} in Docker from {root}, since {reason}", dotted(version));
    Ok(Server { address, version, why, shared: None, lease: Some(Held::Container(lease)) })
}

/// The private clusters that there may be on this machine, whether or not they run.
pub fn clusters(home: &Home) -> Vec<(String, Cluster)> {
    let local = binaries::installed().into_iter().map(|found| ("local", found));
    let bundled = bundle::fetched(home).into_iter().map(|found| ("bundle", found));
    local
        .chain(bundled)
        .map(|(label, found)| {
            let name = format!("{label}, PostgreSQL {}", found.version);
            (name, Cluster::new(home, label, found))
        })
        .filter(|(_, cluster)| cluster.dir().is_dir())
        .collect()
}

/// The psql that goes with a server that is used here, if there is one.
pub fn psql(home: &Home) -> Option<std::path::PathBuf> {
    let all = bundle::fetched(home).into_iter().chain(binaries::installed());
    let name = format!("psql{}", std::env::consts::EXE_SUFFIX);
    all.map(|found| found.dir.join(&name)).find(|path| path.is_file())
}

/// The server's version as a number.
fn version(client: &mut postgres::Client) -> Result<u32> {
    use crate::error::Context;
    let sql = "SELECT current_setting('server_version_num')::int";
    let row = client.query_one(sql, &[]).context("cannot ask the server for its version")?;
    Ok(u32::try_from(row.get::<_, i32>(0)).unwrap_or(0))
}

fn may_create(client: &mut postgres::Client) -> Result<bool> {
    use crate::error::Context;
    let sql = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user";
    let row = client.query_one(sql, &[]).context("cannot ask what this login may do")?;
    Ok(row.get(0))
}

fn available(client: &mut postgres::Client, extension: &str) -> Result<bool> {
    use crate::error::Context;
    let sql = "SELECT FROM pg_available_extensions WHERE name = $1";
    let row = client.query_opt(sql, &[&extension]).context("cannot list the extensions")?;
    Ok(row.is_some())
}

fn dotted(version: u32) -> String {
    format!("{}.{}", version / 10_000, version % 10_000)
}

fn no_server(lacks: &[Lack], extensions: &[&str]) -> Error {
    let mut text = match extensions {
        [] => "No PostgreSQL server will do.\n".to_owned(),
        names => format!("No PostgreSQL server with {} will do.\n", names.join(", ")),
    };
    for lack in lacks {
        text.push_str(&format!("  {lack}\n"));
    }
    text.push_str(&cure());
    Error::NoServer(text)
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
