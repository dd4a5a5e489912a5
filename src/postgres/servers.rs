//! The servers that one command uses: one for each set of extensions that is asked for, started
//! when it is first wanted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::database::Databases;
use super::source::{self, Choice, Server};
use crate::error::{Error, Result};
use crate::exercise::Grader;
use crate::home::Home;
use crate::lesson::step::Definition;
use crate::report::call;

/// What hears a line before anything that takes long, and which server it is.
pub type Say = fn(&str);

/// See the module. Dropping it lets go of the servers; the last user's going stops a private one.
pub struct Servers {
    choice: Choice,
    say: Say,
    in_memory: bool,
    open: Mutex<BTreeMap<Key, Arc<Databases>>>,
}

/// The extensions that were asked for, and the least version, if one was.
type Key = (&'static [&'static str], Option<u32>);

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
        self.open((extensions, None), |home, say| source::find(home, &self.choice, extensions, say))
    }

    /// The databases of a server that a lesson runs on, with all that it needs.
    pub fn for_lesson(&self, lesson: &Definition) -> Result<Arc<Databases>> {
        self.at_least(lesson.needs, lesson.fixture.extensions)
    }

    /// The databases of a server that an exercise is graded on, with all that its grader needs.
    pub fn for_exercise(&self, grader: &Grader) -> Result<Arc<Databases>> {
        self.at_least(grader.needs, grader.extensions)
    }

    /// The server that is used for everything, if it is new enough. Another one only where the
    /// choice was left to us.
    fn at_least(&self, needs: u32, extensions: &'static [&'static str]) -> Result<Arc<Databases>> {
        let databases = self.get(extensions)?;
        let Err(error) = databases.server.is_at_least(needs) else { return Ok(databases) };
        if self.choice != Choice::Any {
            return Err(error);
        }
        let newer = self.open((extensions, Some(needs)), |home, say| {
            source::find_newer(home, needs, extensions, say)
        });
        // What the other sources lack is said by doctor.
        newer.map_err(|other| match other {
            Error::NoServer(_) | Error::NeedsNewer(_) => {
                Error::NeedsNewer(format!("{error} What there is else: {}", call("doctor")))
            }
            other => other,
        })
    }

    fn open(
        &self,
        key: Key,
        find: impl FnOnce(&Home, &mut dyn FnMut(&str)) -> Result<Server>,
    ) -> Result<Arc<Databases>> {
        // Held while it opens: two that want the bundle fetch it once.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(databases) = open.get(&key) {
            return Ok(Arc::clone(databases));
        }
        let say = &mut |text: &str| (self.say)(text);
        let home = Home::locate()?;
        let home = if self.in_memory { home.in_memory() } else { home };
        let server = find(&home, say)?;
        say(&format!("Server: {}.", server.why));
        if let Some(shared) = &server.shared {
            say(shared);
        }
        let databases = Arc::new(Databases::open(server)?);
        open.insert(key, Arc::clone(&databases));
        Ok(databases)
    }

    /// Looks for a server anew when these extensions are next asked for: this one went away.
    pub fn forget(&self, extensions: &'static [&'static str]) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|key, _| key.0 != extensions);
    }
}
