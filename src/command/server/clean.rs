//! `pglings server clean`: drops what pglings has made on a server, and removes what it has left on the
//! disk.

use std::io::{self, IsTerminal};

use super::own;
use crate::command::Context;
use crate::command::keys::confirm;
use crate::error::{Error, Result};
use crate::home::Home;
use crate::postgres::address::Address;
use crate::postgres::database::clean::leftovers;
use crate::postgres::left_over;
use crate::postgres::source;

pub(super) fn run(context: &Context, home: &Home, yes: bool) -> Result<u8> {
    // The server that commands would use, and no other: it is dropping things.
    if let Some((url, from)) = own(context) {
        let code = clean(context, &source::reach(&url, from)?, yes)?;
        return Ok(code.max(folders(context, home, yes)?));
    }
    let clusters = source::clusters(home);
    if clusters.is_empty() {
        context.print("There is no private cluster yet, and no DATABASE_URL.")?;
    }
    let mut code = 0;
    for (name, cluster) in clusters {
        context.print(&format!("{name}:"))?;
        let lease = cluster.lease(&mut |_| {})?;
        code = code.max(clean(context, &lease.address, yes)?);
    }
    Ok(code.max(folders(context, home, yes)?))
}

/// What other versions of pglings have left, and clusters that were set aside.
fn folders(context: &Context, home: &Home, yes: bool) -> Result<u8> {
    let found = left_over::folders(home);
    if found.is_empty() {
        return Ok(0);
    }
    context.print("These folders are left over, and nothing uses them now:")?;
    for folder in &found {
        context.print(&format!("    {}: {}", folder.what, folder.path.display()))?;
    }
    if !allowed(yes, "removed", "Remove all of them?")? {
        return all_stays(context);
    }
    let mut code = 0;
    for folder in &found {
        match folder.remove() {
            Ok(()) => context.print(&format!("Removed: {}", folder.path.display()))?,
            Err(error) => {
                code = 1;
                context.print(&format!("stays: {error}"))?;
            }
        }
    }
    Ok(code)
}

/// Whether whoever calls wants it.
fn allowed(yes: bool, done: &str, question: &str) -> Result<bool> {
    if yes {
        return Ok(true);
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(Error::Usage(format!(
            "Nothing is {done}, since there is nobody to ask. To have it done: server clean --yes"
        )));
    }
    confirm(question)
}

fn all_stays(context: &Context) -> Result<u8> {
    context.print("All is as it was.").map(|()| 0)
}

fn clean(context: &Context, address: &Address, yes: bool) -> Result<u8> {
    let mut client = address.connect()?;
    let found = leftovers(&mut client)?;
    if found.is_empty() {
        context.print(&format!("Nothing of pglings' is at {address}."))?;
        return Ok(0);
    }
    context.print(&format!("pglings has made these at {address}, and nobody uses them now:"))?;
    for name in &found.databases {
        context.print(&format!("    database {name}"))?;
    }
    for name in &found.roles {
        context.print(&format!("    role {name}"))?;
    }
    if !allowed(yes, "dropped", "Drop all of them?")? {
        return all_stays(context);
    }
    let stay = found.drop_from(&mut client);
    for line in &stay {
        context.print(&format!("stays: {line}"))?;
    }
    let count = found.databases.len() + found.roles.len() - stay.len();
    context.print(&format!("Dropped: {count}."))?;
    Ok(u8::from(!stay.is_empty()))
}
