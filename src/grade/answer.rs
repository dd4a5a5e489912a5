//! The other side of the harness: an answer that runs, and the calls made to it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ExitStatus};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use harness::limits::Limits;
use harness::protocol::{Asked, Hello, Request, Response, Said};
use rand::distr::{Alphanumeric, SampleString};
use serde::Serialize;

use super::kit::{Folder, Stop};
use super::ports::Network;
use super::watch::Watch;
use crate::error::Result;
use crate::home::User;
use crate::interrupt;
use crate::lock::locked;
use crate::postgres::database::Database;
use crate::process::{self, KEPT, Output, Pipe, Program, Running};

/// The most that an answer may take. A thousand tasks are more than any answer needs, and few enough
/// for the machine; others of the same user who start many at the same time find room beside it.
const LIMITS: Limits = Limits { memory: 4 << 30, file: 64 << 20, tasks: 1024 };

/// The number of the first lane that goes on beside another: there are fewer of the others.
const BESIDE: u32 = 1 << 16;

/// The longest reply that is read, in bytes.
const LONGEST: usize = 16 << 20;

/// An answer that is built: what to start.
pub struct AnswerProgram {
    program: Program,
    network: Network,
    scratch: Option<Scratch>,
    in_class: bool,
}

/// A folder that an answer may write in.
pub struct Scratch {
    /// Where it is.
    pub folder: PathBuf,
    /// How much may be in it, in bytes.
    pub most: u64,
    /// Who the answer runs as, if not as we do.
    pub user: Option<User>,
}

impl AnswerProgram {
    /// A program file, run in the workbook's folder with next to nothing in its environment.
    pub fn at(path: PathBuf, dir: &Path) -> AnswerProgram {
        AnswerProgram::of(Program::new(path).clear_env().dir(dir))
    }

    /// Any program that serves the harness's protocol.
    pub fn of(program: Program) -> AnswerProgram {
        let program = ["PATH", "LANG", "SystemRoot"].iter().fold(program, |program, name| {
            match std::env::var_os(name) {
                Some(value) => program.env(name, value),
                None => program,
            }
        });
        // On a machine of many cores, the C library would set aside more address space than there is.
        let program = program.env("RUST_BACKTRACE", "0").env("MALLOC_ARENA_MAX", "4");
        AnswerProgram {
            program: program.contained(),
            network: Network::Open,
            scratch: None,
            in_class: false,
        }
    }

    /// How it reaches the grader, if not as any program does.
    #[must_use]
    pub fn network(mut self, network: Network) -> AnswerProgram {
        self.network = network;
        self
    }

    /// How it ends is told in the same words in every sandbox, so that gradebooks do not differ.
    #[must_use]
    pub fn in_class(mut self) -> AnswerProgram {
        self.in_class = true;
        self
    }

    /// The folder that it may write in.
    #[must_use]
    pub fn scratch(mut self, scratch: Scratch) -> AnswerProgram {
        self.program = self.program.env("TMPDIR", &scratch.folder);
        self.scratch = Some(scratch);
        self
    }
}

/// An answer that runs. Dropping it ends it.
pub struct Answer {
    running: Mutex<Running>,
    stdin: Mutex<Option<ChildStdin>>,
    lanes: Lanes,
    /// The number of the next lane that goes on beside another.
    beside: AtomicU32,
    reader: Mutex<Option<mpsc::Receiver<Output>>>,
    network: Mutex<Network>,
    watch: Watch,
    scratch: Option<Scratch>,
    /// How its end is told.
    ending: fn(ExitStatus, u64) -> String,
    _stopper: interrupt::Guard,
}

/// Who waits for the replies of a lane. None, once there will be no more.
type Lanes = Arc<Mutex<Option<BTreeMap<u32, mpsc::Sender<Response>>>>>;

/// Calls to an answer that follow one another. Those of several lanes go on side by side, each with
/// connections of its own.
pub struct Lane<'a> {
    answer: &'a Answer,
    number: u32,
    replies: mpsc::Receiver<Response>,
    limit: Duration,
    /// What is left of it, for this lane and those beside it. Only time that the answer takes counts, not
    /// the grader's own work.
    left: Arc<Mutex<Duration>>,
}

impl Answer {
    /// Starts it.
    pub fn start(program: AnswerProgram) -> Result<Answer> {
        let mut running = program.program.start()?;
        // Its own harness sets them too, where we cannot; an answer may bring another `main`.
        LIMITS.set(Some(running.pid()));
        let nonce = Alphanumeric.sample_string(&mut rand::rng(), 32);
        let lanes: Lanes = Arc::new(Mutex::new(Some(BTreeMap::new())));
        let reader = running.stdout.take().map(|stdout| {
            let (nonce, lanes) = (nonce.clone().into_bytes(), Arc::clone(&lanes));
            process::in_background(move || {
                let output = read(stdout, &nonce, &lanes);
                locked(&lanes).take();
                output
            })
        });
        let stop = running.stopper();
        let AnswerProgram { network, scratch, in_class, .. } = program;
        let folder = scratch.as_ref().map(|scratch| (scratch.folder.clone(), scratch.most));
        let watch = Watch::start(running.taken(), folder, running.stopper());
        let relay = network.relay();
        let _stopper = interrupt::on(stop);
        let answer = Answer {
            stdin: Mutex::new(running.stdin.take()),
            running: Mutex::new(running),
            lanes,
            beside: AtomicU32::new(BESIDE),
            reader: Mutex::new(reader),
            network: Mutex::new(network),
            watch,
            scratch,
            ending: if in_class { process::ending_of_any } else { process::ending },
            _stopper,
        };
        // If it has ended already, the first call finds that out.
        answer.send(&Hello { nonce, limits: LIMITS, relay });
        Ok(answer)
    }

    /// A lane of this number, with so long for everything that is asked in it.
    pub fn lane(&self, number: u32, limit: Duration, left: Duration) -> Lane<'_> {
        self.lane_with(number, limit, Arc::new(Mutex::new(left)))
    }

    fn lane_with(&self, number: u32, limit: Duration, left: Arc<Mutex<Duration>>) -> Lane<'_> {
        let (sender, replies) = mpsc::channel();
        if let Some(lanes) = &mut *locked(&self.lanes) {
            lanes.insert(number, sender);
        }
        Lane { answer: self, number, replies, limit, left }
    }

    /// Ends it and returns what it printed.
    pub fn finish(self) -> Output {
        locked(&self.running).end();
        let reader = locked(&self.reader).take();
        reader.map(|reader| process::whole(&reader)).unwrap_or_default()
    }

    fn send(&self, message: &impl Serialize) {
        if let (Some(stdin), Ok(mut line)) =
            (&mut *locked(&self.stdin), serde_json::to_vec(message))
        {
            line.push(b'\n');
            // A closed pipe means that it has ended; the wait for the reply says how.
            let _ = stdin.write_all(&line).and_then(|()| stdin.flush());
        }
    }

    /// Why there will be no more replies, for somebody who still has so long.
    fn ended(&self, left: Duration) -> Stop {
        if let Err(interrupted) = interrupt::check() {
            return Stop::Fault(interrupted);
        }
        let mut running = locked(&self.running);
        let how = running.wait(left);
        if let Some(over) = self.watch.over() {
            return Stop::Crashed(format!("the program was stopped: it {over}"));
        }
        let how = how.map(|status| (self.ending)(status, LIMITS.file));
        let how = how.unwrap_or_else(|| "closed its output".to_owned());
        let said = running.stderr().text();
        let last = said.lines().rfind(|line| !line.trim().is_empty());
        let said = last.map(|line| format!(" Its last words: {line}"));
        Stop::Crashed(format!(
            "the program {how} before it had answered.{}",
            said.unwrap_or_default()
        ))
    }
}

impl Lane<'_> {
    /// What is left of its time.
    pub fn left(&self) -> Duration {
        *locked(&self.left)
    }

    /// A listener on a port that the answer may connect to.
    pub(super) fn listen(&self) -> io::Result<TcpListener> {
        locked(&self.answer.network).listen()
    }

    /// A port that it may connect to, and on which nobody listens.
    pub(super) fn closed(&self) -> io::Result<u16> {
        locked(&self.answer.network).closed()
    }

    /// A folder that both it and the grader can write in.
    pub(super) fn folder(&self) -> Result<Folder> {
        let scratch = self.answer.scratch.as_ref();
        let (folder, user) =
            (scratch.map(|one| one.folder.as_path()), scratch.and_then(|one| one.user));
        Folder::new(folder, user)
    }

    /// The database that this lane works in from now on.
    pub(super) fn works_in(&self, database: &Database) {
        self.answer.watch.database(self.number, database.gauge(), &database.name);
    }

    /// Calls a function of it, and waits for the reply.
    pub fn call(
        &mut self,
        function: &str,
        url: String,
        pool: u32,
        arguments: Vec<serde_json::Value>,
    ) -> Result<Response, Stop> {
        self.ask(self.call_of(function, url, pool, arguments))
    }

    fn call_of(
        &self,
        function: &str,
        url: String,
        pool: u32,
        arguments: Vec<serde_json::Value>,
    ) -> Request {
        let (function, ports) = (function.to_owned(), locked(&self.answer.network).relayed());
        Request::Call { function, url, pool, arguments, ports }
    }

    /// Another lane of the same answer, for what is to go on beside this one. Both have what is left of
    /// this one's time.
    pub(super) fn beside(&self) -> Self {
        let number = self.answer.beside.fetch_add(1, Ordering::Relaxed);
        self.answer.lane_with(number, self.limit, Arc::clone(&self.left))
    }

    /// Begins a call of a function of it.
    pub(super) fn begin(
        &mut self,
        function: &str,
        url: String,
        pool: u32,
        arguments: Vec<serde_json::Value>,
    ) {
        let request = self.call_of(function, url, pool, arguments);
        self.answer.send(&Asked { lane: self.number, request });
    }

    /// The reply to what was begun, if it comes within this time. Waiting for it takes of the lane's.
    pub(super) fn reply(&mut self, within: Duration) -> Result<Option<Response>, Stop> {
        let began = Instant::now();
        let reply = self.replies.recv_timeout(within.min(self.left()));
        self.spend(began.elapsed());
        match reply {
            Ok(response) => Ok(Some(response)),
            Err(RecvTimeoutError::Timeout) if self.left().is_zero() => Err(self.too_late()),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(self.answer.ended(self.left())),
        }
    }

    /// Takes of its time.
    pub(super) fn spend(&self, time: Duration) {
        let mut left = locked(&self.left);
        *left = left.saturating_sub(time);
    }

    fn too_late(&self) -> Stop {
        Stop::TimedOut(format!("no answer within {} seconds", self.limit.as_secs()))
    }

    /// Asks for one thing and waits for the reply.
    pub fn ask(&mut self, request: Request) -> Result<Response, Stop> {
        let began = Instant::now();
        let closes = matches!(request, Request::Disconnect { .. } | Request::Reset { .. });
        self.answer.send(&Asked { lane: self.number, request });
        let reply = loop {
            match self.replies.recv_timeout(self.left().saturating_sub(began.elapsed())) {
                // The reply to a request that was given up waiting for.
                Ok(Response::Disconnected) if !closes => {}
                Ok(response) => break Ok(response),
                Err(RecvTimeoutError::Timeout) => break Err(self.too_late()),
                Err(RecvTimeoutError::Disconnected) => break Err(self.answer.ended(self.left())),
            }
        };
        self.spend(began.elapsed());
        reply
    }
}

/// Hands a reply to who waits for it. One that cannot be read goes to its lane all the same.
fn hand_over(bytes: &[u8], lanes: &Lanes) {
    let said = serde_json::from_slice(bytes).unwrap_or_else(|error| {
        let digits = bytes.strip_prefix(br#"{"lane":"#).unwrap_or_default();
        let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
        let lane = digits
            .fold(0_u32, |lane, digit| lane.wrapping_mul(10).wrapping_add(u32::from(digit - b'0')));
        Said { lane, response: Response::Misfit(format!("its reply cannot be read: {error}")) }
    });
    if let Some(lane) = locked(lanes).as_ref().and_then(|lanes| lanes.get(&said.lane)) {
        let _ = lane.send(said.response);
    }
}

/// Reads lines to the end: those behind the nonce are replies, the rest is what it printed.
fn read(mut stdout: Pipe, nonce: &[u8], lanes: &Lanes) -> Output {
    let mut output = Output::default();
    let mut line = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = process::read_or_end(&mut stdout, &mut buffer);
        if count == 0 {
            break;
        }
        for piece in buffer[..count].split_inclusive(|byte| *byte == b'\n') {
            line.extend_from_slice(piece);
            let ours = line.starts_with(nonce) && line.len() <= LONGEST;
            if piece.ends_with(b"\n") {
                if ours {
                    hand_over(&line[nonce.len()..], lanes);
                } else if line != b"\n" {
                    keep(&mut output, &line);
                }
                line.clear();
            } else if !ours && line.len() > nonce.len() {
                // Printed without an end: passed on in pieces, so that it takes no memory.
                keep(&mut output, &line);
                line.clear();
            }
        }
    }
    output
}

fn keep(output: &mut Output, bytes: &[u8]) {
    output.total += bytes.len() as u64;
    let room = KEPT - output.kept.len();
    output.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
}
