//! What is asked of `docker` and of compose, and what their refusals come to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::super::address::Address;
use crate::error::{Error, Result};
use crate::home;
use crate::process::{Finished, Program};

/// The file that says what is started, in the workbook's folder.
const FILE: &str = "docker-compose.yml";

/// The service in it.
const SERVICE: &str = "postgres";

/// How long the engine may take to answer.
const ASK: Duration = Duration::from_secs(10);

/// Compose's first version is slow to begin with.
const COMPOSE: Duration = Duration::from_secs(30);

/// How long a start may take, with the image to fetch.
const UP: Duration = Duration::from_secs(900);

/// An engine that answers and the compose that goes with it.
#[derive(Debug)]
pub(super) struct Compose {
    /// `docker compose`, or `docker-compose` where the plugin is missing.
    words: &'static [&'static str],
    engine: String,
    version: String,
    root: PathBuf,
}

/// The workbook's container as the engine describes it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Container {
    pub(super) id: String,
    pub(super) running: bool,
    /// When it was last started, as the engine writes it.
    pub(super) started_at: String,
    /// `starting`, `healthy` or `unhealthy`; empty without a check.
    pub(super) health: String,
    /// The environment as compose has resolved it, variables of `.env` and all.
    env: Vec<String>,
    /// Where the server's port can be reached.
    published: Option<(String, u16)>,
}

impl Compose {
    /// Looks for both. The error is a sentence with the cure.
    pub(super) fn locate() -> Result<Compose> {
        let root = home::workbook()?;
        let no = |why: String| Err(Error::NoServer(why));
        let version = ["version", "--format", "{{.Server.Version}}"];
        let engine = match Program::new("docker").args(version).run(ASK) {
            Ok(finished) if finished.success() => finished.stdout.text().trim().to_owned(),
            Ok(finished) => return no(no_engine(&finished)),
            Err(Error::Io { .. }) => return no("there is no program `docker`".to_owned()),
            Err(error) => return Err(error),
        };
        for words in [&["docker", "compose"][..], &["docker-compose"]] {
            let version = words[1..].iter().copied().chain(["version", "--short"]);
            let finished = Program::new(words[0]).args(version).run(COMPOSE);
            if let Some(finished) = finished.ok().filter(Finished::success) {
                let version = finished.stdout.text().trim().to_owned();
                if !root.join(FILE).is_file() {
                    return no(format!("there is no {FILE} in {}", root.display()));
                }
                return Ok(Compose { words, engine, version, root });
            }
        }
        no(format!(
            "the engine {engine} answers, and there is no compose. Its package is called \
             docker-compose-plugin, docker-compose-v2 or docker-compose"
        ))
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn versions(&self) -> String {
        format!("engine {}, compose {}", self.engine, self.version)
    }

    /// Whether the image that the compose file names is there.
    pub(super) fn has_image(&self) -> bool {
        let text = std::fs::read_to_string(self.root.join(FILE)).unwrap_or_default();
        let Some(image) = text.lines().find_map(|line| line.trim().strip_prefix("image:")) else {
            return false;
        };
        let inspect = Program::new("docker").args(["image", "inspect", image.trim()]).run(ASK);
        inspect.is_ok_and(|finished| finished.success())
    }

    /// The service's container, running or not. `None` if there is none, or if the compose file
    /// cannot be read: a start tells why.
    pub(super) fn container(&self) -> Result<Option<Container>> {
        let asked = self.run(&["ps", "--quiet", SERVICE], COMPOSE)?;
        let ids = asked.stdout.text();
        let Some(id) = ids.lines().next().filter(|_| asked.success()) else { return Ok(None) };
        let inspect = ["container", "inspect", id];
        let found = Program::new("docker").args(inspect).keep(1 << 20).run(ASK)?;
        Ok(serde_json::from_slice(&found.stdout.kept).ok().and_then(|all| container(&all)))
    }

    /// Makes the container if there is none, and starts it. The service alone: what else stands in
    /// the file is none of ours. Not with `--wait`, which compose's first version does not know.
    pub(super) fn up(&self) -> Result<()> {
        let up = self.run(&["up", "--detach", SERVICE], UP)?;
        match up.status {
            Some(status) if status.success() => Ok(()),
            Some(_) => Err(Error::NoServer(self.no_start(&up.stderr.text()))),
            None => Err(Error::NoServer(format!(
                "it did not start within 15 minutes. To see why: {}",
                self.call("up")
            ))),
        }
    }

    pub(super) fn stop(&self, container: &Container) {
        // As long as it takes to write all to the disk. What is left then is killed by the engine.
        let stop = ["stop", "--time", "30", &container.id];
        let _ = Program::new("docker").args(stop).run(Duration::from_secs(45));
    }

    /// Where the server is and as whom to log in.
    pub(super) fn address(&self, container: &Container) -> Result<Address> {
        let Some((host, port)) = &container.published else {
            return Err(Error::NoServer(format!(
                "its container publishes no port of this machine for its 5432. Give the service \
                 {SERVICE} in {FILE} `ports: [\"127.0.0.1:5433:5432\"]`, then: {} {SERVICE}",
                self.call("up --detach")
            )));
        };
        let user = container.variable("POSTGRES_USER").unwrap_or("postgres");
        let password = container.variable("POSTGRES_PASSWORD").unwrap_or_default();
        let database = container.variable("POSTGRES_DB").unwrap_or(user);
        Ok(Address::at(host, *port, user, password, database))
    }

    fn run(&self, args: &[&str], limit: Duration) -> Result<Finished> {
        let words = self.words[1..].iter().chain(args);
        Program::new(self.words[0]).args(words).dir(&self.root).run(limit)
    }

    /// How a learner calls compose.
    fn call(&self, args: &str) -> String {
        format!("{} {args}", self.words.join(" "))
    }

    /// Why `up` failed, from what it said.
    fn no_start(&self, said: &str) -> String {
        let last = last_line(said);
        let any = |words: &[&str]| words.iter().any(|word| said.contains(word));
        match () {
            () if any(&[
                "address already in use",
                "already allocated",
                "ports are not available",
            ]) =>
            {
                format!(
                    "the port that {FILE} names for it is taken. Name another one there under \
                     `ports`, such as \"127.0.0.1:5434:5432\", or end what uses it ({last})"
                )
            }
            () if said.contains("permission denied") && said.contains("docker.sock") => {
                not_allowed()
            }
            () if any(IMAGE) => format!(
                "its image cannot be fetched ({last}). Check the network, or fetch it elsewhere \
                 and `docker load` it; then: {} {SERVICE}",
                self.call("pull")
            ),
            () => format!("it does not start ({last}). To see all: {}", self.call("up")),
        }
    }

    /// Said when `up` was well and nothing runs.
    pub(super) fn ended(&self) -> String {
        format!("its container ended at once. To see why: {} {SERVICE}", self.call("logs"))
    }

    /// Said when it does not come to answer.
    pub(super) fn unhealthy(&self, container: &Container) -> String {
        let logs = ["logs", "--tail", "8", &container.id];
        let log = Program::new("docker").args(logs).run(ASK);
        let log = log.map(|log| log.stderr.text() + &log.stdout.text()).unwrap_or_default();
        let other = if log.contains("incompatible with server") {
            format!(
                "\nIts volume is of another version of PostgreSQL. To begin anew, without what is in \
                 it: {}",
                self.call("down --volumes")
            )
        } else {
            String::new()
        };
        let lines: String = log.lines().map(|line| format!("\n    {line}")).collect();
        format!(
            "its container runs and does not answer. To see why: {} {SERVICE}. The end of that:\
             {lines}{other}",
            self.call("logs")
        )
    }

    /// Said when it answers and refuses the login of the compose file.
    pub(super) fn refused(&self, words: &str) -> String {
        format!(
            "it refuses the login that {FILE} names ({words}). Its volume was made with another one: \
             put that back, or begin anew, without what is in the volume: {}",
            self.call("down --volumes")
        )
    }
}

impl Container {
    fn variable(&self, name: &str) -> Option<&str> {
        let value =
            |line: &'_ String| line.strip_prefix(name).is_some_and(|rest| rest.starts_with('='));
        let line = self.env.iter().find(|line| value(line))?;
        line.get(name.len() + 1..).filter(|value| !value.is_empty())
    }
}

/// What an engine says when it cannot get an image.
const IMAGE: &[&str] = &[
    "pull access denied",
    "manifest unknown",
    "manifest for",
    "failed to resolve reference",
    "no such host",
    "Temporary failure in name resolution",
    "error pulling image",
    "failed to do request",
    "TLS handshake timeout",
    "Client.Timeout exceeded",
    "toomanyrequests",
    "no matching manifest",
    "Get \"http",
];

/// Why the engine did not answer, from what `docker version` said.
fn no_engine(finished: &Finished) -> String {
    let said = finished.stderr.text();
    match () {
        () if finished.status.is_none() => {
            "its engine does not answer within 10 seconds. Start it anew".to_owned()
        }
        () if said.contains("permission denied") => not_allowed(),
        () if said.contains("daemon running") || said.contains("Cannot connect") => {
            "no engine runs. Start Docker Desktop, or: sudo systemctl start docker".to_owned()
        }
        () => format!("its engine cannot be used: {}", last_line(&said)),
    }
}

fn not_allowed() -> String {
    "this user may not use its engine. Run `sudo usermod --append --groups docker $USER` and log in \
     again, or use rootless Docker"
        .to_owned()
}

fn last_line(said: &str) -> String {
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    last.trim().trim_end_matches('.').to_owned()
}

/// Reads what `docker container inspect` says of one.
fn container(all: &Value) -> Option<Container> {
    let found = all.get(0)?;
    let text = |path: &str| found.pointer(path).and_then(Value::as_str).unwrap_or("").to_owned();
    let env = found.pointer("/Config/Env").and_then(Value::as_array).into_iter().flatten();
    let published = found.pointer("/NetworkSettings/Ports/5432~1tcp/0").and_then(|place| {
        let port = place["HostPort"].as_str()?.parse().ok()?;
        let host = match place["HostIp"].as_str()? {
            // What listens everywhere is reached here.
            "" | "0.0.0.0" | "::" => "127.0.0.1",
            host => host,
        };
        Some((host.to_owned(), port))
    });
    Some(Container {
        id: text("/Id"),
        running: found.pointer("/State/Running")?.as_bool()?,
        started_at: text("/State/StartedAt"),
        health: text("/State/Health/Status"),
        env: env.filter_map(Value::as_str).map(str::to_owned).collect(),
        published,
    })
}

#[cfg(test)]
mod tests;
