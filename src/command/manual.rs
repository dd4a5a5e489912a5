//! `pglings completions` and `pglings man`: what the command line says of itself.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::cli::Cli;
use crate::error::{Context as _, Result};
use crate::exercise::exercise;
use crate::lesson::catalogue::{Lesson, lessons};

/// Commands with an argument that names a lesson, and those whose lesson must have an exercise.
const ARGUMENTS: &[(&str, &str, bool)] = &[
    ("lesson", "lesson", false),
    ("check", "exercises", true),
    ("hint", "exercise", true),
    ("solution", "exercise", true),
    ("reset", "exercise", true),
];

/// Prints the completions of a shell.
pub(super) fn completions(shell: Shell) -> Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut with_names(), "pglings", &mut script);
    if shell == Shell::Fish {
        script.extend(fish_names().into_bytes());
    }
    print(&script)
}

/// For fish, `clap_complete` leaves values of arguments without a flag out.
fn fish_names() -> String {
    let mut lines = String::new();
    for ((verb, ..), lessons) in ARGUMENTS.iter().zip(choices()) {
        let names: Vec<String> =
            lessons.iter().map(|lesson| format!("{}\\t'{}'", lesson.name, title(lesson))).collect();
        let when = format!("__fish_pglings_using_subcommand {verb}");
        // A line a name, within one pair of quotes, as clap_complete has it.
        let _ = writeln!(lines, "complete -c pglings -n \"{when}\" -f -a \"{}\"", names.join("\n"));
    }
    lines
}

/// Prints the manual page: all commands on one, since there is one program to look up.
pub(super) fn page() -> Result<u8> {
    let mut page = Vec::new();
    render(&mut page).context("cannot make the manual page")?;
    print(&page)
}

/// The command line as a learner may complete it. It takes numbers too, which nobody needs
/// completed, so the names are no part of [`Cli`].
fn with_names() -> Command {
    let mut command = Cli::command();
    for ((verb, argument, _), lessons) in ARGUMENTS.iter().zip(choices()) {
        let values = lessons.iter().map(|one| PossibleValue::new(one.name).help(title(one)));
        let parser = PossibleValuesParser::new(values);
        command = command
            .mut_subcommand(verb, |verb| verb.mut_arg(argument, |one| one.value_parser(parser)));
    }
    command
}

/// What each of the arguments may name.
fn choices() -> impl Iterator<Item = Vec<&'static Lesson>> {
    ARGUMENTS.iter().map(|(_, _, exercises)| {
        let named = |lesson: &&Lesson| !exercises || exercise(lesson.stem).is_some();
        lessons().iter().filter(named).collect()
    })
}

/// As a description: some shells take a colon for its end, and quotes for more.
fn title(lesson: &Lesson) -> String {
    let title = lesson.cut().title.replace(": ", ", ").replace(['\'', '"', '$', '`'], "");
    format!("{} {title}", lesson.number)
}

fn render(page: &mut Vec<u8>) -> io::Result<()> {
    let mut command = Cli::command();
    // Names of commands become those that are typed: `pglings server start`.
    command.build();
    let man = Man::new(command.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    Roff::new().control("SH", ["COMMANDS"]).to_writer(page)?;
    for verb in command.get_subcommands() {
        describe(verb, "pglings", page)?;
    }
    man.render_version_section(page)
}

fn describe(command: &Command, above: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let name = format!("{above} {}", command.get_name());
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let mut part = Roff::new();
    if command.has_subcommands() {
        return command.get_subcommands().try_for_each(|below| describe(below, &name, page));
    }
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim();
    part.control("SS", [usage]).text([roman(about)]);
    for argument in command.get_arguments().filter(|argument| !argument.is_global_set()) {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        if argument.get_id() != "help" && !help.is_empty() {
            part.control("TP", []).text([roman(argument.to_string())]).text([roman(help)]);
        }
    }
    part.to_writer(page)
}

fn print(bytes: &[u8]) -> Result<u8> {
    io::stdout().write_all(bytes).context("cannot write to standard output")?;
    Ok(0)
}
