//! The one place that starts a process.
//!
//! Each gets a process group of its own, so that Ctrl-C reaches it only through us and so that it
//! can be ended whole; no standard input unless asked for; and output that is read as it comes,
//! kept up to a cap and counted beyond.

#[cfg_attr(not(target_os = "linux"), path = "process/no_family.rs")]
mod family;

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rand::distr::{Alphanumeric, SampleString};

use crate::error::{Context, Result};

/// How much of each output stream is kept, in bytes.
pub const KEPT: usize = 64 * 1024;

/// A program about to be started.
#[derive(Debug)]
pub struct Program {
    command: Command,
    name: String,
    kept: usize,
    mark: Option<String>,
    server: Option<PathBuf>,
    holds: Option<std::fs::File>,
}

/// What all descendants of a contained program have in their environment.
const MARK: &str = "PGLINGS_RUN";

/// How long a stream may stay open when its program has been ended. Only a process that got away
/// holds it open longer.
const LINGER: Duration = Duration::from_secs(3);

/// What a program wrote to one stream.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// The first [`KEPT`] bytes, or as many as were asked for.
    pub kept: Vec<u8>,
    /// How many bytes there were in all.
    pub total: u64,
}

impl Output {
    /// The kept part as text; bytes that are not UTF-8 become the replacement character.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.kept).into_owned()
    }
}

/// How a program ended.
#[derive(Debug)]
pub struct Finished {
    /// `None` if it was ended because its time was up.
    pub status: Option<ExitStatus>,
    /// What it printed.
    pub stdout: Output,
    /// What it printed on the error stream.
    pub stderr: Output,
}

impl Finished {
    /// Whether it ended by itself with 0.
    pub fn success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }
}

impl Program {
    /// The program at a path, or of that name on PATH.
    pub fn new(program: impl AsRef<OsStr>) -> Program {
        let name = Path::new(program.as_ref()).file_name().unwrap_or(program.as_ref());
        let name = name.to_string_lossy().into_owned();
        #[expect(clippy::disallowed_methods, reason = "this is the place")]
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        own_group(&mut command);
        Program { command, name, kept: KEPT, mark: None, server: None, holds: None }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Program {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Program {
        self.command.args(args);
        self
    }

    /// Takes a variable out of the environment.
    #[must_use]
    pub fn without(mut self, name: &str) -> Program {
        self.command.env_remove(name);
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Program {
        self.command.env(name, value);
        self
    }

    /// Starts from an empty environment.
    #[must_use]
    pub fn clear_env(mut self) -> Program {
        self.command.env_clear();
        self
    }

    /// Runs it in a folder.
    #[must_use]
    pub fn dir(mut self, dir: &Path) -> Program {
        self.command.current_dir(dir);
        self
    }

    /// Keeps more (or less) of its output than [`KEPT`] bytes a stream.
    #[must_use]
    pub fn keep(mut self, bytes: usize) -> Program {
        self.kept = bytes;
        self
    }

    /// Ends what it leaves behind in other process groups too, which only Linux can tell.
    ///
    /// From then on whatever has lost its parent below this process counts as left behind, but for
    /// [servers](Program::server).
    #[must_use]
    pub fn contained(mut self) -> Program {
        let mark = Alphanumeric.sample_string(&mut rand::rng(), 16);
        self.command.env(MARK, &mark);
        self.mark = Some(mark);
        self
    }

    /// Says that it starts or stops a server, which writes its process id to the first line of
    /// this file before the program ends. The server is to stay when all else is ended.
    ///
    /// Ctrl-C lets it come to its end: a server that is half started is nobody's to stop.
    #[must_use]
    pub fn server(mut self, pid_file: PathBuf) -> Program {
        self.server = Some(pid_file);
        self
    }

    /// Has it hold the lock of a file too, which stands in for its standard input: should we be
    /// killed, the lock is held until the program has ended.
    pub fn holding(mut self, lock: &std::fs::File) -> Result<Program> {
        self.holds = Some(lock.try_clone().context("cannot share a lock")?);
        Ok(self)
    }

    /// Runs it as another user.
    #[cfg(unix)]
    #[must_use]
    pub fn user(mut self, user: Option<crate::home::User>) -> Program {
        use std::os::unix::process::CommandExt;
        if let Some(user) = user {
            self.command.uid(user.uid).gid(user.gid);
        }
        self
    }

    /// Runs it to its end, or for so long at the most.
    pub fn run(self, limit: Duration) -> Result<Finished> {
        let kept = self.kept;
        let ends = self.server.is_none();
        let mut running = self.start()?;
        drop(running.stdin.take());
        let stdout = running.stdout.take().map(|pipe| Captured::of(pipe, kept));
        let stopper = ends.then(|| crate::interrupt::on(running.stopper()));
        let status = running.wait(limit);
        drop(stopper);
        running.end();
        Ok(Finished {
            status,
            stdout: stdout.map(Captured::finish).unwrap_or_default(),
            stderr: running.stderr(),
        })
    }

    /// Starts it with pipes on all three streams, but for the first of one that holds a lock.
    pub fn start(mut self) -> Result<Running> {
        let stdin = self.holds.take().map_or_else(Stdio::piped, Stdio::from);
        self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let contained = self.mark.is_some();
        let mut child = family::spawn(&mut self.command, contained, self.server)
            .context(format!("cannot start {}", self.name))?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().map(|stdout| Box::new(stdout) as Pipe);
        let stderr = child.stderr.take().map(|pipe| Captured::of(Box::new(pipe), self.kept));
        let pid = child.id();
        let (sender, ended) = mpsc::channel();
        let waiter = thread::spawn(move || {
            // The receiver may have lost interest; the child is reaped all the same.
            let _ = sender.send(family::wait(child).ok());
        });
        let (mark, waiter) = (self.mark, Some(waiter));
        Ok(Running { pid, mark, stdin, stdout, stderr, ended, status: None, waiter })
    }

    /// Runs it on our own terminal, as `psql` and editors want it. Ctrl-C is theirs meanwhile.
    pub fn interactive(mut self) -> Result<ExitStatus> {
        self.command.stdin(Stdio::inherit());
        same_group(&mut self.command);
        let _theirs = crate::interrupt::leave_to_others();
        family::spawn(&mut self.command, false, None)
            .and_then(family::wait)
            .context(format!("cannot start {}", self.name))
    }
}

/// Becomes a program, as another user if we are root. Returns only if that does not work.
pub fn become_program(command: &[OsString], user: Option<crate::home::User>) -> Result<()> {
    let Some((program, args)) = command.split_first() else { return Ok(()) };
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    let mut command = Command::new(program);
    command.args(args);
    #[cfg(unix)]
    let error = {
        use std::os::unix::process::CommandExt;
        if let Some(user) = user {
            command.uid(user.uid).gid(user.gid);
        }
        command.exec()
    };
    #[cfg(not(unix))]
    let error = io::Error::from(io::ErrorKind::Unsupported);
    Err(error).context(format!("cannot start {}", program.display()))
}

/// A program that runs. Dropping it ends it, with all its descendants in its group.
pub struct Running {
    pid: u32,
    mark: Option<String>,
    /// Its standard input.
    pub stdin: Option<ChildStdin>,
    /// Its standard output, for the caller to read.
    pub stdout: Option<Pipe>,
    stderr: Option<Captured>,
    ended: mpsc::Receiver<Option<ExitStatus>>,
    status: Option<ExitStatus>,
    waiter: Option<JoinHandle<()>>,
}

impl Running {
    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits for its end, for so long at the most.
    pub fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        if self.status.is_none() {
            self.status = self.ended.recv_timeout(limit).ok().flatten();
        }
        self.status
    }

    /// Ends it and everything in its group; if it is contained, all else that it left behind.
    pub fn end(&mut self) {
        if let Some(waiter) = self.waiter.take() {
            kill_group(self.pid);
            if let Some(mark) = &self.mark {
                family::end(self.pid, mark);
            }
            let _ = waiter.join();
        }
    }

    /// Something that ends it from elsewhere, for [`interrupt::on`](crate::interrupt::on).
    pub fn stopper(&self) -> impl Fn() + Send + 'static {
        let pid = self.pid;
        move || kill_group(pid)
    }

    /// Something that tells what it and its descendants have taken.
    pub fn taken(&self) -> impl Fn() -> Taken + Send + 'static {
        let (pid, mark) = (self.pid, self.mark.clone());
        move || family::taken(pid, mark.as_deref())
    }

    /// What it printed on the error stream. Ends it first.
    pub fn stderr(&mut self) -> Output {
        self.end();
        self.stderr.take().map(Captured::finish).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// What a program and its descendants have of the machine. 0 where that cannot be told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Taken {
    /// In bytes: what is in main memory, each counting what they share.
    pub memory: u64,
    /// Processes and threads.
    pub tasks: u64,
}

/// A stream of a child.
pub type Pipe = Box<dyn Read + Send>;

/// A stream that a thread reads to its end, keeping the first part.
#[derive(Debug)]
struct Captured {
    read: mpsc::Receiver<Output>,
}

impl Captured {
    fn of(mut pipe: Pipe, cap: usize) -> Captured {
        Captured {
            read: in_background(move || {
                let mut output = Output::default();
                let mut buffer = [0; 8192];
                while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                    output.total += count as u64;
                    let room = cap - output.kept.len();
                    output.kept.extend_from_slice(&buffer[..count.min(room)]);
                }
                output
            }),
        }
    }

    fn finish(self) -> Output {
        whole(&self.read)
    }
}

/// Reads a stream in a thread of its own.
pub fn in_background(read: impl FnOnce() -> Output + Send + 'static) -> mpsc::Receiver<Output> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(read()));
    receiver
}

/// What such a thread has read when the program has been ended.
pub fn whole(read: &mpsc::Receiver<Output>) -> Output {
    read.recv_timeout(LINGER).unwrap_or_default()
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(unix)]
fn same_group(command: &mut Command) {
    // An interactive program in a background group would be stopped at its first read.
    let own = rustix::process::getpgrp();
    std::os::unix::process::CommandExt::process_group(command, own.as_raw_nonzero().get());
}

#[cfg(unix)]
fn kill_group(pid: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // A group that is gone needs no killing.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Kills one process, whoever started it.
#[cfg(unix)]
pub fn kill(pid: i32) {
    use rustix::process::{Pid, Signal, kill_process};
    if let Some(pid) = Pid::from_raw(pid) {
        // One that is gone needs no killing.
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Stops this process and those of its group, as Ctrl-Z does, until the shell says `fg`. The whole
/// group, as the terminal does it: cargo, which runs us, stops with us.
#[cfg(unix)]
pub fn suspend() -> io::Result<()> {
    use rustix::process::{Signal, kill_current_process_group};
    Ok(kill_current_process_group(Signal::TSTP)?)
}

#[cfg(not(unix))]
fn own_group(_command: &mut Command) {}

#[cfg(not(unix))]
fn same_group(_command: &mut Command) {}

#[cfg(not(unix))]
pub fn kill(pid: i32) {
    kill_group(pid.unsigned_abs());
}

#[cfg(not(unix))]
fn kill_group(pid: u32) {
    let pid = pid.to_string();
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    let _ = Command::new("taskkill").args(["/T", "/F", "/PID", &pid]).output();
}

/// How a program that ended by itself did so, in words. `file` is the size of the largest file that
/// it may write, in bytes.
pub fn ending(status: ExitStatus, file: u64) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return by_signal(signal, file);
    }
    #[cfg(not(unix))]
    let _ = file;
    match status.code() {
        Some(code) => format!("exited with code {code}"),
        None => "ended".to_owned(),
    }
}

/// The same of a program that ran in some sandbox or in none, in the same words for the same end.
/// Bubblewrap tells of a signal as a shell does, by 128 and its number, so such a code is a signal
/// wherever it comes from.
pub fn ending_of_any(status: ExitStatus, file: u64) -> String {
    #[cfg(unix)]
    if let Some(signal @ 1..=64) = status.code().map(|code| code - 128) {
        return by_signal(signal, file);
    }
    ending(status, file)
}

#[cfg(unix)]
fn by_signal(signal: i32, file: u64) -> String {
    let meaning = meaning(signal, file).map(|meaning| format!(" ({meaning})"));
    format!("was ended by signal {signal}{}", meaning.unwrap_or_default())
}

/// What such a signal says of the program.
#[cfg(unix)]
fn meaning(signal: i32, file: u64) -> Option<String> {
    use rustix::process::Signal;
    let is = |known: Signal| known.as_raw() == signal;
    if is(Signal::XFSZ) {
        return Some(format!("it wrote a file larger than {} MiB", file >> 20));
    }
    let known = [
        (Signal::ABORT, "it aborted, as when the stack or the memory is used up"),
        (Signal::SEGV, "it used memory that is not its own"),
        (Signal::KILL, "it was killed from outside, as when the machine has no memory left"),
        (Signal::XCPU, "it computed for longer than it may"),
    ];
    known.iter().find(|(known, _)| is(*known)).map(|(_, meaning)| (*meaning).to_owned())
}

/// Reads a stream that may be closed at any time: the end of the file stands for any error.
pub fn read_or_end(pipe: &mut Pipe, buffer: &mut [u8]) -> usize {
    loop {
        match pipe.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result.unwrap_or(0),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// Bubblewrap hands a signal on as an exit code, and Landlock as it is.
    #[test]
    fn an_end_is_told_in_the_same_words_whatever_sandbox_it_came_through() {
        let ended = |script: &str| {
            let program = Program::new("sh").args(["-c", script]);
            ending_of_any(program.run(Duration::from_secs(10)).unwrap().status.unwrap(), 64 << 20)
        };
        for signal in ["ABRT", "SEGV", "XFSZ", "KILL", "HUP"] {
            let told = ended(&format!("kill -{signal} $$"));
            assert!(told.starts_with("was ended by signal "), "{told}");
            assert_eq!(ended(&format!("sh -c 'kill -{signal} $$'; exit $?")), told);
        }
        for code in [0, 1, 101, 128, 193, 255] {
            assert_eq!(ended(&format!("exit {code}")), format!("exited with code {code}"));
        }
    }

    #[test]
    fn signals_are_told_by_what_they_mean() {
        let ended = |script: &str| {
            let program = Program::new("sh").args(["-c", script]);
            ending(program.run(Duration::from_secs(10)).unwrap().status.unwrap(), 64 << 20)
        };
        assert_eq!(
            ended("kill -XFSZ $$"),
            format!(
                "was ended by signal {} (it wrote a file larger than 64 MiB)",
                rustix::process::Signal::XFSZ.as_raw()
            )
        );
        assert!(ended("kill -SEGV $$").contains("11 (it used memory"));
        assert_eq!(ended("kill -HUP $$"), "was ended by signal 1");
        assert_eq!(ended("exit 7"), "exited with code 7");
        assert_eq!(ended("exit 134"), "exited with code 134");
    }
}
