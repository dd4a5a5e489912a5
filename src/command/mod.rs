//! The verbs, one a file, and the one place that prints errors and picks the exit code.

mod check;
mod dev;
mod doctor;
mod editor;
#[cfg(unix)]
mod grade;
mod hint;
mod keys;
mod lesson;
mod list;
mod manual;
mod reset;
mod resume;
mod server;
mod sheet;
mod solution;
mod submit;
mod terminal;
mod watch;

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use colored::Colorize;

use crate::activity;
use crate::cli::{Cli, Command, Global};
use crate::error::{Context as _, Error, Result};
use crate::exercise::files::Workbook;
use crate::exercise::progress::Progress;
use crate::exercise::{self, Exercise};
use crate::interrupt;
use crate::lesson::catalogue::{self, Lesson};
use crate::postgres::servers::Servers;
use crate::postgres::source::Choice;
use crate::report::call;
use crate::report::look::{Look, in_locale};
use crate::report::progress;

/// What every command has at hand.
pub(crate) struct Context {
    pub(crate) workbook: Workbook,
    pub(crate) choice: Choice,
    pub(crate) look: Look,
    /// What was said last on the error stream of the learner's progress.
    warned: RefCell<String>,
}

/// Runs a command line to its exit code.
pub fn run(cli: Cli) -> ExitCode {
    // Nothing of ours is to be left in what this becomes.
    #[cfg(unix)]
    if let Some(Command::LaunchInSandbox { launch }) = &cli.command {
        return ExitCode::from(match crate::sandbox::launch::run(launch) {
            Ok(()) => 0,
            Err(error) => {
                report(&error);
                error.exit_code()
            }
        });
    }
    interrupt::listen();
    let code = match dispatch(cli) {
        Ok(code) => code,
        // Whoever read our output has gone, and knows.
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(error) => {
            report(&error);
            error.exit_code()
        }
    };
    ExitCode::from(code)
}

fn dispatch(cli: Cli) -> Result<u8> {
    // What a package or a shell asks for, wherever it stands.
    match cli.command {
        Some(Command::Completions { shell }) => return manual::completions(shell),
        Some(Command::Man) => return manual::page(),
        _ => {}
    }
    let context = Context::new(cli.global)?;
    progress::show(context.look, cli.command.as_ref().is_some_and(Command::is_json));
    match cli.command {
        None => resume::run(&context),
        Some(Command::Lesson(options)) => lesson::run(&context, &options),
        Some(Command::List { json }) => list::run(&context, json),
        Some(Command::Check { exercises, json }) => check::run(&context, &exercises, json),
        Some(Command::Hint { exercise }) => hint::run(&context, &exercise),
        Some(Command::Solution { exercise, yes }) => solution::run(&context, &exercise, yes),
        Some(Command::Reset { exercise: Some(exercise), .. }) => reset::run(&context, &exercise),
        Some(Command::Reset { yes, .. }) => reset::all(&context, yes),
        Some(Command::Watch { exercise, poll }) => watch::run(&context, exercise.as_deref(), poll),
        Some(Command::Submit { out }) => submit::run(&context, out.as_deref()),
        #[cfg(unix)]
        Some(Command::Grade(options)) => grade::run(&context, &options),
        #[cfg(not(unix))]
        Some(Command::Grade(_)) => Err(Error::Usage(
            "answers are graded in a sandbox, which this system has none of. Use Linux.".to_owned(),
        )),
        Some(Command::Server { action }) => server::run(&context, action),
        Some(Command::Doctor) => doctor::run(&context),
        Some(Command::Completions { shell }) => manual::completions(shell),
        Some(Command::Man) => manual::page(),
        Some(Command::Dev { action }) => dev::run(&context, action),
        Some(Command::LaunchInSandbox { .. }) => {
            Err(Error::Usage("there is no sandbox on this system".to_owned()))
        }
    }
}

fn report(error: &Error) {
    if let Error::Interrupted = error {
        eprintln!("Interrupted.");
        return;
    }
    // Colours were chosen by what standard output is; this may be a file.
    let head = if io::stderr().is_terminal() { "error:".red().bold() } else { "error:".normal() };
    eprintln!("{head} {}", in_locale(&error.to_string()));
}

impl Context {
    fn new(global: Global) -> Result<Context> {
        let look = Look::of_stdout(global.color, global.plain);
        Ok(Context {
            workbook: Workbook::locate()?,
            choice: global.server.unwrap_or_default(),
            look,
            warned: RefCell::default(),
        })
    }

    /// The servers of this command. Which one is used, and why, is said on the error stream.
    pub(crate) fn servers(&self) -> Servers {
        Servers::new(self.choice.clone(), activity::note)
    }

    /// The progress, with a word on the error stream if it had to be begun anew.
    pub(crate) fn progress(&self) -> Progress {
        let loaded = Progress::load(&self.workbook);
        if let Some(warning) = loaded.warning {
            self.warn(warning);
        }
        loaded.progress
    }

    /// Changes the progress, or says on the error stream why it could not: what a command is for
    /// matters more than its memory.
    pub(crate) fn note<T>(&self, change: impl FnOnce(&mut Progress) -> T) -> T {
        Progress::change(&self.workbook, |words| self.warn(words), change)
    }

    /// Says something on the error stream, once: each of many exercises would say it again.
    fn warn(&self, warning: String) {
        let mut last = self.warned.borrow_mut();
        if *last != warning {
            eprintln!("{}", in_locale(&warning));
            *last = warning;
        }
    }

    /// Prints a line on standard output.
    pub(crate) fn print(&self, text: &str) -> Result<()> {
        writeln!(io::stdout(), "{text}").context("cannot write to standard output")
    }
}

/// The exercise of that number or name, or what to do instead.
pub(crate) fn exercise_named(wanted: &str) -> Result<&'static Exercise> {
    exercise::exercise(wanted).ok_or_else(|| {
        Error::Usage(match catalogue::lesson(wanted) {
            Some(lesson) => format!("Lesson {} has no exercise.", lesson.number),
            None => format!("There is no exercise {wanted}. All of them: {}", call("list")),
        })
    })
}

/// The lesson of that number or name, or what to do instead.
pub(crate) fn lesson_named(wanted: &str) -> Result<&'static Lesson> {
    catalogue::lesson(wanted).ok_or_else(|| {
        Error::Usage(format!("There is no lesson {wanted}. All of them: {}", call("list")))
    })
}

/// Whether the terminal says that it can do no more than print.
pub(crate) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Whether a learner sits at the terminal.
pub(crate) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}
