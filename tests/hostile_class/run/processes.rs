//! # Other processes, and more of this machine than its share
//!
//! kills the grader | No such process | Operation not permitted
//! kills a program of the grader's user | No such process | Operation not permitted
//! kills a program of its own user outside | No such process | Operation not permitted
//! kills the server | No such process | Operation not permitted
//! lowers the priority of the grader | No such process | Permission denied
//! lowers that of all of its user's programs | GOT () | Permission denied
//! sets a limit for the grader | No such process | Permission denied
//! raises its own priority | Permission denied | Permission denied
//! raises its limit on memory | Operation not permitted | Operation not permitted
//! looks for processes outside | none | none
//! takes a file of another process | No such process | Operation not permitted
//! becomes root by a setuid program | No such file or directory | Permission denied
//! starts a shell | No such file or directory | Permission denied
//! starts pglings | No such file or directory | Permission denied
//! finds the session of the grader | none | Permission denied
//! types into the terminal | No such device or address | Permission denied

use std::io::Error;
use std::path::Path;
use std::process::Command;

use rustix::process::{self, Pid, PidfdFlags, PidfdGetfdFlags, Resource, Rlimit, Signal};

fn kill(pid: &str) -> Result<(), Error> {
    let pid = pid.parse().ok().and_then(Pid::from_raw).ok_or(Error::other("no pid"))?;
    process::test_kill_process(pid)?;
    Ok(process::kill_process(pid, Signal::TERM)?)
}

fn run(program: &str) -> Result<bool, Error> {
    Ok(Command::new(program).arg("--version").status()?.success())
}

/// By a descriptor of the process.
fn take(pid: &str) -> Result<(), Error> {
    let pid = pid.parse().ok().and_then(Pid::from_raw).ok_or(Error::other("no pid"))?;
    let process = process::pidfd_open(pid, PidfdFlags::empty())?;
    process::pidfd_getfd(process, 0, PidfdGetfdFlags::empty())?;
    Ok(())
}

/// The sixth field; 0 is a session that is not seen here.
fn session() -> Result<i32, Error> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace();
    let session: i32 = fields.skip(3).next().and_then(|field| field.parse().ok()).unwrap_or(0);
    if session == 0 { Ok(0) } else { Err(Error::other("none")) }
}

fn attempts(_: &mut postgres::Client) {
    attempt("kills the grader", kill("@grader@"));
    attempt("kills a program of the grader's user", kill("@bystander@"));
    attempt("kills a program of its own user outside", kill("@twin@"));
    attempt("kills the server", kill("@postmaster@"));
    let grader = "@grader@".parse().ok().and_then(Pid::from_raw);
    let nice = process::setpriority_process(grader, 19).map_err(Error::from);
    attempt("lowers the priority of the grader", nice);
    let nice = process::setpriority_user(process::getuid(), 1).map_err(Error::from);
    attempt("lowers that of all of its user's programs", nice);
    let limit = process::getrlimit(Resource::Core);
    let limit = process::prlimit(grader, Resource::Core, limit).map(drop).map_err(Error::from);
    attempt("sets a limit for the grader", limit);
    attempt("raises its own priority", process::nice(-10).map_err(Error::from));
    let most = Rlimit { current: None, maximum: None };
    let limit = process::setrlimit(Resource::As, most).map_err(Error::from);
    attempt("raises its limit on memory", limit);
    let me = std::process::id().cast_signed();
    let mine = |pid: i32| pid == me || Path::new(&format!("/proc/self/task/{pid}")).exists();
    let others = (2..70_000)
        .filter(|pid| !mine(*pid))
        .find(|pid| Pid::from_raw(*pid).is_some_and(|pid| process::test_kill_process(pid).is_ok()));
    attempt("looks for processes outside", others.ok_or("none"));
    attempt("takes a file of another process", take("@twin@"));
    attempt("becomes root by a setuid program", run("/usr/bin/su"));
    attempt("starts a shell", run("/bin/sh"));
    attempt("starts pglings", run("@pglings@"));
    attempt("finds the session of the grader", session());
    let tty = std::fs::File::options().write(true).open("/dev/tty");
    attempt("types into the terminal", tty.map(drop));
}
