//! Running what strangers wrote, compiler and answer alike: what a program may see, write, reach
//! and take is said by a [`Room`], and the system sees to it.
//!
//! [Bubblewrap](https://github.com/containers/bubblewrap) gives a program its own root, processes
//! and an empty network; a relay carries connections to the grader's ports.
//! Where that does not work (in many containers), Landlock fences it in: files, TCP to those ports
//! alone, and no other kind of socket. In both, limits are set before the program starts, and it
//! never runs as root.

mod bubblewrap;
pub mod launch;
pub mod relay;
pub mod room;

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use self::launch::{Fence, Hold, Launch};
pub use self::room::Room;
use crate::error::{Error, Result};
use crate::home::User;
use crate::process::{Finished, Program};

/// What the user wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choice {
    /// The first that works.
    #[default]
    Auto,
    /// This one.
    Only(Kind),
}

/// How a program is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Namespaces.
    Bubblewrap,
    /// Landlock and seccomp.
    Landlock,
    /// Not at all, but for its limits and for root.
    None,
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Choice, String> {
        Ok(match text {
            "auto" => Choice::Auto,
            "bubblewrap" => Choice::Only(Kind::Bubblewrap),
            "landlock" => Choice::Only(Kind::Landlock),
            "none" => Choice::Only(Kind::None),
            _ => return Err("it is auto, bubblewrap, landlock or none".to_owned()),
        })
    }
}

impl Kind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Bubblewrap => "bubblewrap",
            Kind::Landlock => "Landlock",
            Kind::None => "none",
        }
    }
}

/// A sandbox that works on this machine.
#[derive(Debug, Clone)]
pub struct Sandbox {
    kind: Kind,
    /// The program `pglings`: it fences itself in and becomes what is to run.
    launcher: PathBuf,
}

/// How long the trial of a sandbox may take.
const TRIAL: Duration = Duration::from_secs(20);

/// The users that sandboxed programs run as if we are root: this one and those that follow, one
/// for each that may run at a time. Nobody else has these numbers.
const FIRST_USER: u32 = 61_800;

/// Who a program runs as in one of the places in which programs run at a time.
pub fn user(place: usize) -> Option<User> {
    let id = FIRST_USER + u32::try_from(place % 100).unwrap_or_default();
    is_root().then_some(User { uid: id, gid: id })
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

impl Sandbox {
    /// The sandbox that was asked for, or the first that works here.
    ///
    /// # Errors
    ///
    /// If it does not work, or none does: why, and what would.
    pub fn choose(choice: Choice, launcher: PathBuf) -> Result<Sandbox> {
        let kinds = match choice {
            Choice::Only(Kind::None) => return Ok(Sandbox { kind: Kind::None, launcher }),
            Choice::Only(kind) => vec![kind],
            Choice::Auto => vec![Kind::Bubblewrap, Kind::Landlock],
        };
        let mut reasons = String::new();
        for kind in kinds {
            let sandbox = Sandbox { kind, launcher: launcher.clone() };
            match sandbox.works() {
                Ok(()) => return Ok(sandbox),
                Err(why) => reasons.push_str(&format!("\n  {}: {why}", kind.name())),
            }
        }
        Err(Error::Usage(format!(
            "no sandbox works here, so nothing was graded: answers are programs that others \
             wrote.{reasons}\nInstall bubblewrap (on Debian: apt install bubblewrap), or use a \
             kernel with Landlock (Linux 6.7 or newer). If you trust every answer, or this machine \
             has nothing to lose: --sandbox none"
        )))
    }

    /// Which one it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Tries it.
    fn works(&self) -> Result<(), String> {
        let shell = PathBuf::from("/bin/sh");
        let room = Room::new(PathBuf::from("/")).read(shell.clone()).user(user(0));
        let finished = self.program(&shell, &["-c", ":"], &room).clear_env().run(TRIAL);
        match finished {
            Ok(finished) if finished.success() => Ok(()),
            Ok(finished) => Err(last_words(&finished)),
            Err(error) => Err(error.to_string()),
        }
    }

    /// A program that is started in a room. The environment is the caller's to set.
    pub fn program(
        &self,
        program: &std::path::Path,
        args: &[impl AsRef<std::ffi::OsStr>],
        room: &Room,
    ) -> Program {
        let args = args.iter().map(|arg| arg.as_ref().to_owned());
        let mut command = vec![program.as_os_str().to_owned()];
        command.extend(args);
        let hold = match self.kind {
            Kind::Bubblewrap => {
                command = bubblewrap::around(command, room);
                Hold::Namespaces
            }
            Kind::Landlock => Hold::Fence(Fence::of(room)),
            Kind::None => Hold::Nothing,
        };
        let launch = Launch { command, limits: room.limits, user: room.user, hold };
        // What is to run is not named by a folder of ours that the program would be told of.
        let dir = if self.kind == Kind::Bubblewrap { "/".into() } else { room.dir.clone() };
        Program::new(&self.launcher).arg(launch::WORD).arg(launch.word()).dir(&dir)
    }
}

/// What a program said last.
fn last_words(finished: &Finished) -> String {
    let said = finished.stderr.text();
    match said.lines().rfind(|line| !line.trim().is_empty()) {
        Some(line) => line.trim().to_owned(),
        None => "it ended without a word".to_owned(),
    }
}
