//! The loop: a request in, a response out, until the grader closes the pipe. Each lane of requests has
//! a thread of its own.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, BufRead, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use crate::protocol::{Asked, Hello, Panic, Request, Response, Said};
use crate::route::{Call, Callable, Way, World};

thread_local! {
    static LAST_PANIC: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// As much as a program's first thread has.
const STACK: usize = 8 << 20;

/// Serves the functions of an exercise on standard input and output: `main` of every answer.
///
/// Run by hand, it says how the exercise is meant to be run and exits with 2.
#[expect(clippy::disallowed_methods, reason = "what an answer left running is to end here")]
pub fn serve(functions: &[(&str, Callable)]) -> ExitCode {
    end_with_the_grader();
    let mut lines = io::stdin().lock().lines();
    let Some(Ok(Hello { nonce, limits, relay })) =
        lines.next().and_then(Result::ok).map(|line| serde_json::from_str(&line))
    else {
        eprintln!("This program answers the grader. Run it with `cargo run -- check N`.");
        return ExitCode::from(2);
    };
    limits.set(None);
    panic::set_hook(Box::new(remember_panic));
    let (nonce, way) = (nonce.as_str(), Way::new(relay));
    let mut lanes: HashMap<u32, Sender<Request>> = HashMap::new();
    thread::scope(|scope| {
        while let Some(Ok(line)) = lines.next() {
            let Ok(Asked { lane, request }) = serde_json::from_str(&line) else { break };
            let sender = lanes.entry(lane).or_insert_with(|| {
                let (sender, requests) = mpsc::channel();
                let way = way.clone();
                let work = move || serve_lane(lane, requests, functions, nonce, way);
                // Without a thread there is no reply, which is told as such.
                let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
                sender
            });
            if sender.send(request).is_err() {
                break;
            }
        }
        // What the answer left running (threads, tasks, open transactions) ends with the process.
        std::process::exit(0)
    })
}

/// Answers the requests of a lane until the grader has no more.
#[expect(clippy::disallowed_methods, reason = "the other lanes end with it")]
fn serve_lane(
    lane: u32,
    requests: Receiver<Request>,
    functions: &[(&str, Callable)],
    nonce: &str,
    way: Way,
) {
    let work = || {
        let mut world = World::new(way);
        for request in requests {
            let response = answer(functions, &mut world, request);
            if respond(nonce, &Said { lane, response }).is_err() {
                std::process::exit(0);
            }
        }
    };
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(work)) {
        // A panic that panics again when it is caught. It would once more.
        std::mem::forget(payload);
        std::process::exit(101);
    }
}

fn answer(functions: &[(&str, Callable)], world: &mut World, request: Request) -> Response {
    match request {
        Request::Disconnect { url } => {
            world.disconnect(&url);
            Response::Disconnected
        }
        Request::Reset { url } => {
            world.reset(&url);
            Response::Disconnected
        }
        Request::Call { function, url, pool, arguments, ports } => {
            if let Err(error) = world.open(&ports) {
                return Response::Misfit(format!(
                    "a port of the sandbox cannot be opened: {error}"
                ));
            }
            let Some((_, callable)) = functions.iter().find(|(name, _)| *name == function) else {
                return Response::Misfit(format!(
                    "`{function}` is missing from the line `harness::graded!(…)` at the end of the file"
                ));
            };
            // Borrowed parameters point into the arguments; one process makes few calls.
            let call = Call { url, pool, arguments: arguments.leak() };
            match panic::catch_unwind(AssertUnwindSafe(|| callable(world, &call))) {
                Ok(Ok(response)) => response,
                Ok(Err(refusal)) => *refusal,
                Err(payload) => Response::Panicked(
                    LAST_PANIC
                        .take()
                        .unwrap_or_else(|| Panic { message: payload_text(&*payload), place: None }),
                ),
            }
        }
    }
}

fn respond(nonce: &str, said: &Said) -> io::Result<()> {
    let mut line = String::from("\n");
    line.push_str(nonce);
    line.push_str(&serde_json::to_string(said)?);
    line.push('\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(line.as_bytes())?;
    stdout.flush()
}

fn remember_panic(info: &panic::PanicHookInfo<'_>) {
    let place = info.location().map(|place| (place.file().to_owned(), place.line()));
    let message = payload_text(info.payload());
    LAST_PANIC.set(Some(Panic { message, place }));
}

fn payload_text(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// A grader that is killed cannot end us, and an answer that is busy does not see the pipe close.
#[cfg(target_os = "linux")]
fn end_with_the_grader() {
    use rustix::process::{Signal, set_parent_process_death_signal};
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
}

#[cfg(not(target_os = "linux"))]
fn end_with_the_grader() {}
