//! The servers that one command uses: one for each set of extensions that is asked for, started
//! when it is first wanted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::database::Databases;
use super::source::{self, Choice};
use crate::error::{Error, Result};
use crate::home::Home;

/// What hears a line before anything that takes long, and which server it is.
pub type Say = fn(&str);

/// See the module. Dropping it lets go of the servers; the last user's going stops a private one.
pub struct Servers {
    choice: Choice,
    say: Say,
    in_memory: bool,
    open: Mutex<BTreeMap<&'static [&'static str], Arc<Databases>>>,
}

impl Servers {
    /// From a source.
    pub fn new(choice: Choice, say: Say) -> Servers {
        Servers { choice, say, in_memory: false, open: Mutex::default() }
    }

    /// From the source that `PGLINGS_SERVER` names, as commands without `--server` do; silent.
    pub fn from_env() -> Result<Servers> {
        let choice = match std::env::var("PGLINGS_SERVER") {
            Ok(text) => text
                .parse()
                .map_err(|why| Error::Usage(format!("PGLINGS_SERVER is {text:?}, and {why}")))?,
            Err(_) => Choice::Any,
        };
        Ok(Servers::new(choice, |_| {}))
    }

    /// Keeps private clusters [in memory](Home::in_memory), where that can be.
    #[must_use]
    pub fn in_memory(self) -> Servers {
        Servers { in_memory: true, ..self }
    }

    /// The databases of a server that has these extensions.
    pub fn get(&self, extensions: &'static [&'static str]) -> Result<Arc<Databases>> {
        // Held while it opens: two that want the bundle fetch it once.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(databases) = open.get(extensions) {
            return Ok(Arc::clone(databases));
        }
        let say = &mut |text: &str| (self.say)(text);
        let home = Home::locate()?;
        let home = if self.in_memory { home.in_memory() } else { home };
        let server = source::find(&home, &self.choice, extensions, say)?;
        say(&format!("Server: {}.", server.why));
        let databases = Arc::new(Databases::open(server)?);
        open.insert(extensions, Arc::clone(&databases));
        Ok(databases)
    }

    /// Looks for a server anew when these extensions are next asked for: this one went away.
    pub fn forget(&self, extensions: &'static [&'static str]) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(extensions);
    }
}
