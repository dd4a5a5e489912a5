//! The last steps before a stranger's program: `pglings` itself, started anew with a word that no
//! one types, sets limits, gives up rights, and becomes the program.

#[cfg(target_os = "linux")]
#[path = "calls.rs"]
mod calls;

use std::ffi::OsString;
use std::path::PathBuf;

use harness::limits::Limits;
use serde::{Deserialize, Serialize};

use super::Room;
use crate::error::{Error, Result};
use crate::home::User;
use crate::process;

/// The command that stands for this. What follows is a [`Launch`] as JSON.
pub const WORD: &str = "launch-in-sandbox";

/// What to start, and what it may do.
#[derive(Debug, Serialize, Deserialize)]
pub struct Launch {
    /// The program and its arguments.
    pub command: Vec<OsString>,
    /// What it may take.
    pub limits: Limits,
    /// Who it runs as, if we are root.
    pub user: Option<User>,
    /// What keeps it in.
    pub hold: Hold,
}

/// What keeps a program in.
#[derive(Debug, Serialize, Deserialize)]
pub enum Hold {
    /// Nothing but its limits.
    Nothing,
    /// Namespaces, which the command makes for itself. They hide no rare parts of the kernel.
    Namespaces,
    /// Landlock, and the calls that it does not look at.
    Fence(Fence),
}

/// What Landlock lets a program do.
#[derive(Debug, Serialize, Deserialize)]
pub struct Fence {
    read: Vec<PathBuf>,
    write: Vec<PathBuf>,
    ports: Vec<u16>,
    modes: bool,
}

impl Fence {
    pub(super) fn of(room: &Room) -> Fence {
        Fence {
            read: room.readable().collect(),
            write: room.write.clone(),
            ports: room.ports.clone(),
            modes: room.modes,
        }
    }
}

impl Launch {
    pub(super) fn word(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Becomes the program. Returns only if that does not work.
pub fn run(word: &str) -> Result<()> {
    let launch: Launch = serde_json::from_str(word)
        .map_err(|_| Error::Usage(format!("{WORD} is what pglings calls itself with.")))?;
    // If the machine runs out of memory, this goes first.
    #[cfg(target_os = "linux")]
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    launch.limits.set_for(launch.user.map(|user| user.uid));
    enforce(&launch.hold)?;
    process::become_program(&launch.command, launch.user)
}

#[cfg(target_os = "linux")]
fn enforce(hold: &Hold) -> Result<()> {
    let refused = match hold {
        Hold::Nothing => return Ok(()),
        Hold::Namespaces => calls::refuse_rare(),
        Hold::Fence(fence) => {
            landlock(fence).map_err(|error| Error::Usage(format!("Landlock: {error}")))?;
            calls::refuse(fence.modes)
        }
    };
    refused.map_err(|error| Error::Usage(format!("seccomp: {error}")))
}

#[cfg(not(target_os = "linux"))]
fn enforce(hold: &Hold) -> Result<()> {
    match hold {
        Hold::Nothing => Ok(()),
        _ => Err(Error::Usage("there are sandboxes on Linux alone".to_owned())),
    }
}

#[cfg(target_os = "linux")]
fn landlock(fence: &Fence) -> Result<(), landlock::RulesetError> {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, NetPort, Ruleset, RulesetAttr,
        RulesetCreatedAttr, Scope, path_beneath_rules,
    };
    let (least, best) = (ABI::V4, ABI::V7);
    let all = AccessFs::from_all(best);
    let devices = AccessFs::ReadFile | AccessFs::WriteFile;
    let ports = fence
        .ports
        .iter()
        .map(|port| Ok::<_, landlock::RulesetError>(NetPort::new(*port, AccessNet::ConnectTcp)));
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(least))?
        .handle_access(AccessNet::BindTcp | AccessNet::ConnectTcp)?
        // What newer kernels can do beside.
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)?
        .scope(Scope::AbstractUnixSocket | Scope::Signal)?
        .create()?
        .add_rules(path_beneath_rules(&fence.read, AccessFs::from_read(best)))?
        .add_rules(path_beneath_rules(&fence.write, all))?
        .add_rules(path_beneath_rules(["/dev/null", "/dev/zero", "/dev/urandom"], devices))?
        .add_rules(ports)?
        .restrict_self()
        .map(drop)
}
