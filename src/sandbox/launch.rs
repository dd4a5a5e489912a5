//! The last steps before a stranger's program: `pglings` itself, started anew with a word that no
//! one types, sets limits, gives up rights, and becomes the program.

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
    /// What Landlock lets it do; without one, that is somebody else's business.
    pub fence: Option<Fence>,
}

/// What Landlock lets a program do.
#[derive(Debug, Serialize, Deserialize)]
pub struct Fence {
    read: Vec<PathBuf>,
    write: Vec<PathBuf>,
    ports: Vec<u16>,
}

impl Fence {
    pub(super) fn of(room: &Room) -> Fence {
        Fence {
            read: room.readable().collect(),
            write: room.write.clone(),
            ports: room.ports.clone(),
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
    if let Some(fence) = &launch.fence {
        enforce(fence)?;
    }
    process::become_program(&launch.command, launch.user)
}

#[cfg(target_os = "linux")]
fn enforce(fence: &Fence) -> Result<()> {
    landlock(fence).map_err(|error| Error::Usage(format!("Landlock: {error}")))?;
    sockets().map_err(|error| Error::Usage(format!("seccomp: {error}")))
}

#[cfg(not(target_os = "linux"))]
fn enforce(_fence: &Fence) -> Result<()> {
    Err(Error::Usage("Landlock is only on Linux".to_owned()))
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

/// Landlock knows files and TCP. Other sockets, and what a sandbox is broken out of with, are
/// refused by the kind of call.
#[cfg(target_os = "linux")]
fn sockets() -> Result<(), seccompiler::Error> {
    use seccompiler::SeccompCmpOp::{MaskedEq, Ne};
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCondition, SeccompFilter, SeccompRule,
    };
    let word = |argument, is, value: i32| {
        let value = u64::from(value.cast_unsigned());
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, is, value)
    };
    // A socket is refused unless it is of the one family or the other, and a stream.
    let inet = [word(0, Ne, libc::AF_INET)?, word(0, Ne, libc::AF_INET6)?];
    let stream = |kind| word(1, MaskedEq(0xf), kind);
    let socket = vec![
        SeccompRule::new(inet.to_vec())?,
        SeccompRule::new(vec![stream(libc::SOCK_DGRAM)?])?,
        SeccompRule::new(vec![stream(libc::SOCK_RAW)?])?,
        SeccompRule::new(vec![stream(libc::SOCK_SEQPACKET)?])?,
        // MPTCP is TCP that Landlock does not look at.
        SeccompRule::new(vec![word(2, Ne, 0)?, word(2, Ne, libc::IPPROTO_TCP)?])?,
    ];
    let refused = [
        libc::SYS_bpf,
        libc::SYS_io_uring_setup,
        libc::SYS_keyctl,
        libc::SYS_mount,
        libc::SYS_perf_event_open,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_ptrace,
        libc::SYS_setns,
        libc::SYS_unshare,
        libc::SYS_userfaultfd,
    ];
    let rules = refused.into_iter().map(|call| (call, Vec::new()));
    let rules = rules.chain([(libc::SYS_socket, socket)]).collect();
    let arch = std::env::consts::ARCH.try_into().map_err(seccompiler::Error::Backend)?;
    let refusal = SeccompAction::Errno(libc::EACCES.cast_unsigned());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refusal, arch)?;
    let program = BpfProgram::try_from(filter)?;
    seccompiler::apply_filter(&program)
}
