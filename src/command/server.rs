//! `pglings server`: looks after the servers that pglings runs.

mod clean;

use super::Context;
use crate::cli::ServerAction;
use crate::error::{Error, Result};
use crate::home::Home;
use crate::postgres::address::Address;
use crate::postgres::cluster::Cluster;
use crate::postgres::docker::{Docker, State};
use crate::postgres::needs::Needs;
use crate::postgres::source::{self, Choice};
use crate::postgres::throwaway;
use crate::process::Program;
use crate::report::call;

pub(super) fn run(context: &Context, action: ServerAction) -> Result<u8> {
    let home = Home::locate()?;
    match action {
        ServerAction::Status => status(context, &home),
        ServerAction::Start => start(context, &home),
        ServerAction::Stop => stop(context, &home),
        ServerAction::Url => {
            context.print(&running(context, &home)?.url())?;
            Ok(0)
        }
        ServerAction::Clean { yes } => clean::run(context, &home, yes),
        ServerAction::Psql { database } => psql(context, &home, database.as_deref()),
    }
}

fn status(context: &Context, home: &Home) -> Result<u8> {
    if let Some((url, from)) = source::database_url() {
        context.print(&format!("{from}: {}", Address::parse(&url)?))?;
    }
    let clusters = source::clusters(home);
    for (name, cluster) in &clusters {
        let state = match cluster.running() {
            Some(address) if cluster.is_kept() => format!("running at {address}, until stopped"),
            Some(address) => format!("running at {address}, while it is used"),
            None => "not running".to_owned(),
        };
        context.print(&format!("{name}: {state}\n    {}", cluster.dir().display()))?;
    }
    let docker = match docker(context, home) {
        Ok(Some(docker)) => docker.state()?,
        Ok(None) => State::Stopped,
        Err(error) if context.choice == Choice::Docker => return Err(error),
        // Doctor says what it lacks.
        Err(_) => State::Stopped,
    };
    let state = match &docker {
        State::Stopped => None,
        State::Used(place) => Some(format!("running at {place}, while it is used")),
        State::Kept(place) => Some(format!("running at {place}, until stopped")),
        State::Theirs(place) => Some(format!("running at {place}; pglings did not start it")),
    };
    if let Some(state) = &state {
        context.print(&format!("docker: {state}"))?;
    } else if context.choice == Choice::Docker {
        context.print("docker: not running")?;
    }
    if clusters.is_empty() && state.is_none() {
        context.print("There is no private cluster yet; the first lesson makes one.")?;
    }
    Ok(0)
}

fn start(context: &Context, home: &Home) -> Result<u8> {
    let mut say = crate::activity::note;
    let server = source::find(home, &context.choice, &Needs::NOTHING, &mut say)?;
    if !server.keep()? {
        return Err(Error::Usage(format!(
            "{}: that server is yours to start and to stop.",
            server.why
        )));
    }
    context.print(&format!(
        "{} runs at {}. It stays until: {}",
        server.why,
        server.address,
        call("server stop")
    ))?;
    Ok(0)
}

fn stop(context: &Context, home: &Home) -> Result<u8> {
    let mut code = 0;
    for (name, cluster) in source::clusters(home) {
        throwaway::sweep(home, cluster.binaries());
        cluster.keep(false)?;
        let was_running = cluster.running().is_some();
        let text = if !cluster.stop_if_unused()? {
            code = 1;
            "another pglings uses it; it stops when that ends"
        } else if was_running {
            "stopped"
        } else {
            "was not running"
        };
        context.print(&format!("{name}: {text}"))?;
    }
    let Ok(Some(docker)) = docker(context, home) else { return Ok(code) };
    let text = match docker.state()? {
        State::Stopped => return Ok(code),
        State::Theirs(_) => "pglings did not start it; it is yours to stop",
        State::Used(_) | State::Kept(_) if docker.stop_if_unused()? => "stopped",
        State::Used(_) | State::Kept(_) => {
            code = 1;
            "another pglings uses it; it stops when that ends"
        }
    };
    context.print(&format!("docker: {text}"))?;
    Ok(code)
}

/// The connection string of the learner's own server, and where it is from.
fn own(context: &Context) -> Option<(String, &'static str)> {
    match &context.choice {
        Choice::Url(url) => Some((url.clone(), "--server")),
        Choice::Any => source::database_url(),
        _ => None,
    }
}

/// The server that commands would use now, if it runs.
fn running(context: &Context, home: &Home) -> Result<Address> {
    if let Some((url, from)) = own(context) {
        return source::reach(&url, from);
    }
    let label = match context.choice {
        Choice::Local => "local",
        Choice::Bundle => "bundle",
        Choice::Docker => {
            let docker = Docker::locate(home)?;
            return docker.running().ok_or_else(none_runs);
        }
        _ => "",
    };
    let clusters = source::clusters(home).into_iter();
    clusters
        .filter(|(name, _)| name.starts_with(label))
        .find_map(|(_, cluster): (String, Cluster)| cluster.running())
        .or_else(|| match context.choice {
            Choice::Any => docker(context, home).ok()??.running(),
            _ => None,
        })
        .ok_or_else(none_runs)
}

/// Docker, if it is what was asked for, or if pglings has used it: to ask it takes a second.
fn docker(context: &Context, home: &Home) -> Result<Option<Docker>> {
    let concerned = context.choice == Choice::Docker || Docker::was_used(home);
    concerned.then(|| Docker::locate(home)).transpose()
}

fn none_runs() -> Error {
    Error::NoServer(format!("No server runs. Start one: {}", call("server start")))
}

/// psql on a database that was kept, on whichever server has it; else on the running server.
fn psql(context: &Context, home: &Home, database: Option<&str>) -> Result<u8> {
    // The cluster may have been stopped by its last user: it is ours to start again meanwhile.
    let mut leases = Vec::new();
    let mut container = None;
    let mut addresses = Vec::new();
    if let Some(wanted) = database {
        if let Some((url, from)) = own(context) {
            addresses.push(source::reach(&url, from)?);
        }
        for (_, cluster) in source::clusters(home) {
            let lease = cluster.lease(&mut |_| {})?;
            addresses.push(lease.address.clone());
            leases.push(lease);
        }
        let has = |address: &Address| address.database(wanted).try_connect().is_ok();
        if !addresses.iter().any(has)
            && let Ok(Some(docker)) = docker(context, home)
        {
            let lease = docker.lease(&mut crate::activity::note)?;
            addresses.push(lease.address.clone());
            container = Some(lease);
        }
        addresses = addresses.into_iter().map(|address| address.database(wanted)).collect();
        addresses.retain(|address| address.try_connect().is_ok());
    } else {
        addresses.push(running(context, home)?);
    }
    let address = addresses.into_iter().next().ok_or_else(|| match database {
        Some(name) => Error::Usage(format!(
            "there is no database {name}. A check keeps one for its last failure only; check again."
        )),
        None => none_runs(),
    })?;
    let psql = source::psql().ok_or_else(|| {
        Error::Usage(format!(
            "psql is not on this machine. Any client will do, at: {}",
            address.url()
        ))
    })?;
    // The password goes by the environment, so that no process list shows it.
    let environment = address.environment().into_iter();
    let psql = environment.fold(Program::new(psql), |psql, (name, value)| psql.env(name, value));
    let status = psql.interactive()?;
    drop((leases, container));
    Ok(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1))
}
