//! `pglings doctor`: what this machine has, what is missing, and what mends it.

use std::time::Duration;

use colored::Colorize;

use super::Context;
use crate::error::Result;
use crate::home::Home;
use crate::postgres::binaries;
use crate::postgres::bundle;
use crate::postgres::docker::{Docker, State};
use crate::postgres::left_over;
use crate::postgres::needs::{Needs, OLDEST};
use crate::postgres::source;
use crate::process::Program;

/// How near something is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ready {
    Missing,
    AfterPull,
    AfterDownload,
    Here,
}

/// What a source has: a server at all, and one with pgvector.
type Offer = (Ready, Ready);

pub(super) fn run(context: &Context) -> Result<u8> {
    let home = Home::locate()?;
    let page = Page { context };
    page.head("Servers, in the order they are tried")?;
    let offers =
        [own_server(&page)?, local(&page)?, bundled(&page, &home)?, in_docker(&page, &home)?];

    page.head("Places")?;
    page.line(None, "workbook", &context.workbook.root().display().to_string())?;
    page.line(None, "clusters", &home.data.display().to_string())?;
    page.line(None, "bundle", &home.cache.display().to_string())?;
    if let Some(user) = home.server_user {
        let text = format!("servers run as user {}, since PostgreSQL refuses root", user.uid);
        page.line(None, "root", &text)?;
    }

    let left_over = left_over::folders(&home);
    if !left_over.is_empty() {
        page.head("Left over, and used by nothing")?;
    }
    for folder in left_over {
        let text = format!("{}. To remove it: {}", folder.path.display(), folder.cure());
        page.line(None, folder.what, &text)?;
    }

    page.head("Tools")?;
    tool(&page, "cargo", &["--version"], "builds your exercises")?;
    tool(&page, "psql", &["--version"], "optional; `pglings server psql` opens it")?;

    page.head("In short")?;
    let server = offers.iter().map(|offer| offer.0).max().unwrap_or(Ready::Missing);
    let vector = offers.iter().map(|offer| offer.1).max().unwrap_or(Ready::Missing);
    page.sum("modules 1 to 6", server, "PostgreSQL")?;
    page.sum("module 7", vector, "pgvector")?;
    if server.min(vector) == Ready::Missing {
        context.print(&format!("  {}", source::cure()))?;
    }
    Ok(if server == Ready::Missing { 3 } else { 0 })
}

struct Page<'a> {
    context: &'a Context,
}

impl Page<'_> {
    fn head(&self, text: &str) -> Result<()> {
        self.context.print(&self.context.look.paint(text, |text| text.bold()))
    }

    fn line(&self, good: Option<bool>, name: &str, text: &str) -> Result<()> {
        let look = self.context.look;
        let mark = match good {
            Some(true) if look.spoken => "Good:".to_owned(),
            Some(false) if look.spoken => "Missing:".to_owned(),
            Some(true) => look.paint(look.sign("✓", "+"), |text| text.green()),
            Some(false) => look.paint(look.sign("✗", "-"), |text| text.red()),
            None => " ".to_owned(),
        };
        self.context.print(&format!("  {mark} {name}: {text}"))
    }

    fn sum(&self, name: &str, ready: Ready, what: &str) -> Result<()> {
        let text = match ready {
            Ready::Missing => format!("there is no {what}"),
            Ready::AfterPull => format!("{what} comes with Docker, by itself"),
            Ready::AfterDownload => format!("{what} comes with the bundle, by itself"),
            Ready::Here => format!("{what} is here"),
        };
        self.line(Some(ready > Ready::Missing), name, &text)
    }
}

fn own_server(page: &Page<'_>) -> Result<Offer> {
    let Some((url, from)) = source::database_url() else {
        page.line(None, "your own", "DATABASE_URL is not set")?;
        return Ok((Ready::Missing, Ready::Missing));
    };
    match source::own_server(&url, from, &Needs::NOTHING) {
        Ok(Ok(server)) => {
            page.line(Some(true), "your own", &server.why)?;
            let vector = server.has(&Needs::extensions(&["vector"])).is_ok();
            Ok((Ready::Here, if vector { Ready::Here } else { Ready::Missing }))
        }
        Ok(Err(lack)) => {
            page.line(Some(false), "your own", &lack.why)?;
            Ok((Ready::Missing, Ready::Missing))
        }
        Err(error) => {
            page.line(Some(false), "your own", &error.to_string())?;
            Ok((Ready::Missing, Ready::Missing))
        }
    }
}

fn local(page: &Page<'_>) -> Result<Offer> {
    let mut offer = (Ready::Missing, Ready::Missing);
    let installed = binaries::installed();
    if installed.is_empty() {
        page.line(Some(false), "this machine", "no PostgreSQL programs were found")?;
    }
    for found in &installed {
        let vector = found.has_extension("vector");
        let good = found.major >= OLDEST;
        let text = format!(
            "PostgreSQL {} {} pgvector, in {}{}",
            found.version,
            if vector { "with" } else { "without" },
            found.dir.display(),
            if good { "" } else { ", too old" }
        );
        page.line(Some(good), "this machine", &text)?;
        if good {
            offer.0 = Ready::Here;
            offer.1 = offer.1.max(if vector { Ready::Here } else { Ready::Missing });
        }
    }
    Ok(offer)
}

fn bundled(page: &Page<'_>, home: &Home) -> Result<Offer> {
    if let Some((_, found)) = bundle::fetched(home) {
        let text =
            format!("PostgreSQL {} with its extensions and pgvector, fetched", found.version);
        page.line(Some(true), "the bundle", &text)?;
        return Ok((Ready::Here, Ready::Here));
    }
    if !bundle::exists_for_this_platform() {
        page.line(Some(false), "the bundle", "there is none for this platform")?;
        return Ok((Ready::Missing, Ready::Missing));
    }
    let pip = ["python3", "python"].iter().any(|python| {
        let version = Program::new(python).args(["-m", "pip", "--version"]);
        version.run(Duration::from_secs(20)).is_ok_and(|finished| finished.success())
    });
    let (text, ready) = if pip {
        ("not fetched yet; pip brings it (14 MB) when a lesson needs it", Ready::AfterDownload)
    } else {
        ("cannot be fetched: Python's pip is missing", Ready::Missing)
    };
    page.line(Some(pip), "the bundle", text)?;
    Ok((ready, ready))
}

fn in_docker(page: &Page<'_>, home: &Home) -> Result<Offer> {
    let docker = match Docker::locate(home) {
        Ok(docker) => docker,
        Err(error) => {
            page.line(Some(false), "Docker", &error.to_string())?;
            return Ok((Ready::Missing, Ready::Missing));
        }
    };
    let (ready, text) = match docker.state() {
        Err(error) => (Ready::Missing, error.to_string()),
        Ok(State::Theirs(place)) => (Ready::Here, format!("running at {place}")),
        Ok(State::Used(place) | State::Kept(place)) => {
            (Ready::Here, format!("running at {place}, started by pglings"))
        }
        Ok(State::Stopped) if docker.has_image() => (Ready::Here, "its image is here".to_owned()),
        Ok(State::Stopped) => (Ready::AfterPull, "its image is fetched when needed".to_owned()),
    };
    let text = format!("{text} ({})", docker.versions());
    page.line(Some(ready > Ready::Missing), "Docker", &text)?;
    Ok((ready, ready))
}

fn tool(page: &Page<'_>, name: &str, args: &[&str], what: &str) -> Result<()> {
    let version = Program::new(name).args(args).run(Duration::from_secs(20));
    match version.ok().filter(|finished| finished.success()) {
        Some(finished) => page.line(Some(true), name, finished.stdout.text().trim()),
        None => page.line(None, name, &format!("not found ({what})")),
    }
}
