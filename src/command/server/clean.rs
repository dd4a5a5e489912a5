//! `pglings server clean`: drops what pglings has made on a server.

use std::io::{self, IsTerminal};

use super::own;
use crate::command::Context;
use crate::command::keys::confirm;
use crate::error::{Error, Result};
use crate::home::Home;
use crate::postgres::address::Address;
use crate::postgres::database::clean::leftovers;
use crate::postgres::source;

pub(super) fn run(context: &Context, home: &Home, yes: bool) -> Result<u8> {
    // The server that commands would use, and no other: it is dropping things.
    if let Some((url, from)) = own(context) {
        return clean(context, &source::reach(&url, from)?, yes);
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
    Ok(code)
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
    if !yes {
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            return Err(Error::Usage(
                "Nothing is dropped, since there is nobody to ask. To drop them: server clean --yes"
                    .to_owned(),
            ));
        }
        if !confirm("Drop all of them?")? {
            context.print("All is as it was.")?;
            return Ok(0);
        }
    }
    let stay = found.drop_from(&mut client);
    for line in &stay {
        context.print(&format!("stays: {line}"))?;
    }
    let count = found.databases.len() + found.roles.len() - stay.len();
    context.print(&format!("Dropped: {count}."))?;
    Ok(u8::from(!stay.is_empty()))
}
