//! What Landlock does not look at, refused by the kind of system call: sockets that are no TCP,
//! modes and times of files, priorities and limits of others, memory that stays, and what a sandbox
//! is broken out of with.

use std::collections::BTreeMap;

use seccompiler::SeccompCmpOp::{MaskedEq, Ne};
use seccompiler::{
    BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCondition, SeccompFilter,
    SeccompRule,
};

/// Calls, and when they are refused: always, or when a rule fits.
type Calls = BTreeMap<libc::c_long, Vec<SeccompRule>>;

/// Refuses them to this process from now on. `modes` says whether it may change modes of files.
pub(super) fn refuse(modes: bool) -> Result<(), Error> {
    let mut calls = Calls::from([(libc::SYS_socket, sockets()?)]);
    calls.extend(outwards().map(|call| (call, Vec::new())));
    for call in at_others() {
        calls.insert(call, vec![SeccompRule::new(vec![word(0, Ne, 0)?])?]);
    }
    if !modes {
        calls.extend(inodes().map(|call| (call, Vec::new())));
        // Of an open file it may set the time: that file is its own, or not open for it.
        let by_name = SeccompCondition::new(1, SeccompCmpArgLen::Qword, Ne, 0)?;
        calls.insert(libc::SYS_utimensat, vec![SeccompRule::new(vec![by_name])?]);
        // Copying a file ends with setting its mode. It is not set, but the copy has worked.
        apply(Calls::from([(libc::SYS_fchmod, Vec::new())]), 0)?;
    }
    apply(calls, libc::EACCES)
}

/// Refuses what nobody needs to make namespaces, or within them: kinds of sockets that no namespace
/// keeps in, and rarely tried parts of the kernel.
pub(super) fn refuse_rare() -> Result<(), Error> {
    let kept = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];
    let other = kept.into_iter().map(|family| word(0, Ne, family));
    let other = SeccompRule::new(other.collect::<Result<_, _>>()?)?;
    let mut calls = Calls::from([(libc::SYS_socket, vec![other])]);
    calls.extend(rare().map(|call| (call, Vec::new())));
    apply(calls, libc::EACCES)
}

fn apply(calls: Calls, error: i32) -> Result<(), Error> {
    let arch = std::env::consts::ARCH.try_into().map_err(Error::Backend)?;
    let refusal = SeccompAction::Errno(error.cast_unsigned());
    let filter = SeccompFilter::new(calls, SeccompAction::Allow, refusal, arch)?;
    seccompiler::apply_filter(&BpfProgram::try_from(filter)?)
}

fn word(
    argument: u8,
    is: seccompiler::SeccompCmpOp,
    value: i32,
) -> Result<SeccompCondition, Error> {
    let value = u64::from(value.cast_unsigned());
    Ok(SeccompCondition::new(argument, SeccompCmpArgLen::Dword, is, value)?)
}

/// A socket is refused unless it is of the one family or the other, and a stream.
fn sockets() -> Result<Vec<SeccompRule>, Error> {
    let inet = vec![word(0, Ne, libc::AF_INET)?, word(0, Ne, libc::AF_INET6)?];
    let stream = |kind| word(1, MaskedEq(0xf), kind);
    Ok(vec![
        SeccompRule::new(inet)?,
        SeccompRule::new(vec![stream(libc::SOCK_DGRAM)?])?,
        SeccompRule::new(vec![stream(libc::SOCK_RAW)?])?,
        SeccompRule::new(vec![stream(libc::SOCK_SEQPACKET)?])?,
        // MPTCP is TCP that Landlock does not look at.
        SeccompRule::new(vec![word(2, Ne, 0)?, word(2, Ne, libc::IPPROTO_TCP)?])?,
    ])
}

/// What leads out: other namespaces, other processes, the names in folders that cannot be listed,
/// memory and queues of the whole machine, rarely tried parts of the kernel. Who grades without being
/// root shares the user of the answers, and is nothing but another process of theirs.
fn outwards() -> impl Iterator<Item = libc::c_long> {
    [
        libc::SYS_fanotify_init,
        libc::SYS_inotify_add_watch,
        libc::SYS_ioprio_set,
        libc::SYS_mount,
        libc::SYS_mq_open,
        libc::SYS_mq_unlink,
        libc::SYS_msgget,
        libc::SYS_msgctl,
        libc::SYS_msgrcv,
        libc::SYS_msgsnd,
        libc::SYS_ptrace,
        libc::SYS_semctl,
        libc::SYS_semget,
        libc::SYS_semop,
        libc::SYS_semtimedop,
        libc::SYS_setns,
        libc::SYS_setpriority,
        libc::SYS_shmat,
        libc::SYS_shmctl,
        libc::SYS_shmget,
        libc::SYS_unshare,
    ]
    .into_iter()
    .chain(rare())
}

/// What may be done to the process itself, which is 0, and to no other one.
fn at_others() -> [libc::c_long; 5] {
    [
        libc::SYS_prlimit64,
        libc::SYS_sched_setaffinity,
        libc::SYS_sched_setattr,
        libc::SYS_sched_setparam,
        libc::SYS_sched_setscheduler,
    ]
}

/// Rarely tried parts of the kernel, and the memory of other processes.
fn rare() -> impl Iterator<Item = libc::c_long> {
    [
        libc::SYS_add_key,
        libc::SYS_bpf,
        libc::SYS_io_uring_setup,
        libc::SYS_keyctl,
        libc::SYS_perf_event_open,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_request_key,
        libc::SYS_userfaultfd,
    ]
    .into_iter()
}

/// What changes a file other than by writing to it. Who grades without being root owns what an
/// answer could change so: its own program, submissions, everything at home.
fn inodes() -> impl Iterator<Item = libc::c_long> {
    // Newer than the list of names: setxattrat, removexattrat and file_setattr, which have the same
    // numbers everywhere.
    const NEW: [libc::c_long; 3] = [463, 466, 469];
    #[cfg(target_arch = "x86_64")]
    let old = [
        libc::SYS_chmod,
        libc::SYS_chown,
        libc::SYS_lchown,
        libc::SYS_utime,
        libc::SYS_utimes,
        libc::SYS_futimesat,
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let old = [];
    let common = [
        libc::SYS_fchmodat,
        libc::SYS_fchmodat2,
        libc::SYS_fchown,
        libc::SYS_fchownat,
        libc::SYS_fremovexattr,
        libc::SYS_fsetxattr,
        libc::SYS_lremovexattr,
        libc::SYS_lsetxattr,
        libc::SYS_removexattr,
        libc::SYS_setxattr,
    ];
    common.into_iter().chain(old).chain(NEW)
}
