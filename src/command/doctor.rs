//! `pglings doctor`: what this machine has, what is missing, and what mends it.

use std::time::Duration;

use colored::Colorize;

use super::Context;
use crate::error::Result;
use crate::home::Home;
use crate::postgres::address::Address;
use crate::postgres::binaries;
use crate::postgres::bundle;
use crate::postgres::source::{self, OLDEST};
use crate::process::Program;

pub(super) fn run(context: &Context) -> Result<u8> {
    let home = Home::locate()?;
    let page = Page { context };
    page.head("Servers, in the order they are tried")?;
    let own = own_server(&page)?;
    let local = local(&page)?;
    let bundled = bundled(&page, &home)?;
    page.line(None, "Docker", "not started by pglings yet; see docker-compose.yml")?;

    page.head("Places")?;
    page.line(None, "workbook", &context.workbook.root().display().to_string())?;
    page.line(None, "clusters", &home.data.display().to_string())?;
    page.line(None, "bundle", &home.cache.display().to_string())?;
    if let Some(user) = home.server_user {
        let text = format!("servers run as user {}, since PostgreSQL refuses root", user.uid);
        page.line(None, "root", &text)?;
    }

    page.head("Tools")?;
    tool(&page, "cargo", &["--version"], "builds your exercises")?;
    tool(&page, "psql", &["--version"], "optional; `pglings server psql` opens it")?;
    tool(&page, "docker", &["--version"], "optional")?;

    page.head("In short")?;
    let (plain, vector) = (own.0 || local.0 || bundled, own.1 || local.1 || bundled);
    page.line(
        Some(plain),
        "modules 1 to 6",
        if plain { "a server is at hand" } else { "no server" },
    )?;
    page.line(
        Some(vector),
        "module 7",
        if vector { "pgvector is at hand" } else { "no pgvector" },
    )?;
    if !(plain && vector) {
        context.print(&format!("  {}", source::cure()))?;
    }
    Ok(if plain { 0 } else { 3 })
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
            Some(true) => look.paint(look.sign("✓", "+"), |text| text.green()),
            Some(false) => look.paint(look.sign("✗", "-"), |text| text.red()),
            None => " ".to_owned(),
        };
        self.context.print(&format!("  {mark} {name}: {text}"))
    }
}

/// Whether there is a server, and whether it has pgvector.
fn own_server(page: &Page<'_>) -> Result<(bool, bool)> {
    let Some((url, from)) = source::database_url() else {
        page.line(None, "your own", "DATABASE_URL is not set")?;
        return Ok((false, false));
    };
    let address = match Address::parse(&url) {
        Ok(address) => address,
        Err(error) => {
            page.line(Some(false), from, &error.to_string())?;
            return Ok((false, false));
        }
    };
    let text = match address.try_connect() {
        Ok(_) => format!("{address} answers"),
        Err(_) => match address.connect() {
            Ok(_) => format!("{address} answers"),
            Err(error) => error.to_string(),
        },
    };
    let good = text.ends_with("answers");
    page.line(Some(good), from, &text)?;
    Ok((good, false))
}

fn local(page: &Page<'_>) -> Result<(bool, bool)> {
    let installed = binaries::installed();
    if installed.is_empty() {
        page.line(Some(false), "this machine", "no PostgreSQL programs were found")?;
    }
    for found in &installed {
        let vector =
            if found.has_extension("vector") { "with pgvector" } else { "without pgvector" };
        let good = found.major >= OLDEST;
        let old = if good { "" } else { ", too old" };
        let text =
            format!("PostgreSQL {} {vector}, in {}{old}", found.version, found.dir.display());
        page.line(Some(good), "this machine", &text)?;
    }
    let recent = || installed.iter().filter(|found| found.major >= OLDEST);
    Ok((recent().next().is_some(), recent().any(|found| found.has_extension("vector"))))
}

fn bundled(page: &Page<'_>, home: &Home) -> Result<bool> {
    let fetched = bundle::fetched(home);
    for found in &fetched {
        let text = format!("PostgreSQL {} with pgvector, fetched", found.version);
        page.line(Some(true), "the bundle", &text)?;
    }
    if !fetched.is_empty() {
        return Ok(true);
    }
    if !bundle::exists_for_this_platform() {
        page.line(Some(false), "the bundle", "there is none for this platform")?;
        return Ok(false);
    }
    let pip = ["python3", "python"].iter().any(|python| {
        let version = Program::new(python).args(["-m", "pip", "--version"]);
        version.run(Duration::from_secs(20)).is_ok_and(|finished| finished.success())
    });
    let text = if pip {
        "not fetched yet; pip is here, and fetches it (25 MB) when a lesson needs it"
    } else {
        "cannot be fetched: Python's pip is missing"
    };
    page.line(Some(pip), "the bundle", text)?;
    Ok(pip)
}

fn tool(page: &Page<'_>, name: &str, args: &[&str], what: &str) -> Result<()> {
    let version = Program::new(name).args(args).run(Duration::from_secs(20));
    match version.ok().filter(|finished| finished.success()) {
        Some(finished) => page.line(Some(true), name, finished.stdout.text().trim()),
        None => page.line(None, name, &format!("not found ({what})")),
    }
}
