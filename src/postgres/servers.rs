//! The servers that one command uses: the first that has what is asked for, started when it is first
//! wanted.

use std::sync::{Arc, Mutex};

use super::database::Databases;
use super::needs::Needs;
use super::source::{self, Choice};
use crate::error::{Error, Result};
use crate::home::Home;
use crate::lock::locked;

/// What hears a line before anything that takes long, and which server it is.
pub type Say = fn(&str);

/// See the module. Dropping it lets go of the servers; the last user's going stops a private one.
pub struct Servers {
    choice: Choice,
    say: Say,
    in_memory: bool,
    /// With what was asked for when it was looked for.
    open: Mutex<Vec<(Needs, Arc<Databases>)>>,
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

    /// The databases of a server that has what is needed.
    pub fn get(&self, needs: &Needs) -> Result<Arc<Databases>> {
        // Held while it opens: two that want the bundle fetch it once.
        let mut open = locked(&self.open);
        for (asked, databases) in &*open {
            // Whatever was passed over before it lacked less than this.
            let known = asked == needs;
            if known || needs.include(asked) && databases.server.lacking(needs)?.is_none() {
                return Ok(Arc::clone(databases));
            }
        }
        let say = &mut |text: &str| (self.say)(text);
        let home = Home::locate()?;
        let home = if self.in_memory { home.in_memory() } else { home };
        let server = source::find(&home, &self.choice, needs, say)?;
        say(&format!("Server: {}.", server.why));
        if let Some(shared) = &server.shared {
            say(shared);
        }
        let databases = Arc::new(Databases::open(server)?);
        open.push((*needs, Arc::clone(&databases)));
        Ok(databases)
    }

    /// Looks for a server anew when this is next asked for: this one went away.
    pub fn forget(&self, needs: &Needs) {
        let gone = |asked: &Needs| needs.include(asked) || asked.include(needs);
        locked(&self.open).retain(|(asked, _)| !gone(asked));
    }
}
