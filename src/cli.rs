//! The command line, and nothing else.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::postgres::source::Choice;
use crate::report::gradebook::Format;
use crate::report::look::ColorChoice;

/// A workbook that teaches PostgreSQL to Rust programmers by running it.
#[derive(Debug, Parser)]
#[command(name = "pglings", version, about, disable_help_subcommand = true)]
#[command(after_help = "Without a command it goes on where you left off.")]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What holds for every command
    #[command(flatten)]
    pub global: Global,
}

/// What holds for every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Where the server comes from: local, bundle, docker, or a connection string
    #[arg(
        long,
        global = true,
        env = "PGLINGS_SERVER",
        hide_env_values = true,
        value_name = "SOURCE"
    )]
    pub server: Option<Choice>,
    /// Whether to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorChoice,
    /// For a screen reader: words instead of boxes, rules, arrows and colours
    #[arg(long, global = true, env = "PGLINGS_PLAIN", hide_env_values = true)]
    #[arg(value_parser = clap::builder::FalseyValueParser::new())]
    pub plain: bool,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Walk a lesson
    Lesson(Lesson),
    /// Show the modules, lessons and exercises, and how far you have come
    List {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Grade exercises: those named, else every one you have begun
    Check {
        /// Numbers or names, such as 7 or insert
        #[arg(value_name = "N|NAME")]
        exercises: Vec<String>,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Show the next hint for an exercise
    Hint {
        /// Its number or name
        #[arg(value_name = "N|NAME")]
        exercise: String,
    },
    /// Show a solution (asks first if you have not passed yet)
    Solution {
        /// The exercise's number or name
        #[arg(value_name = "N|NAME")]
        exercise: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Start an exercise anew; your file is kept beside it
    Reset {
        /// Its number or name
        #[arg(value_name = "N|NAME", required_unless_present = "all")]
        exercise: Option<String>,
        /// Every exercise you have begun (asks first, at a terminal)
        #[arg(long, conflicts_with = "exercise")]
        all: bool,
        /// Do not ask
        #[arg(long, requires = "all")]
        yes: bool,
    },
    /// Grade an exercise at each save, with everything else a key away
    Watch {
        /// Its number or name; none: the one saved last, else the first that is not passed
        #[arg(value_name = "N|NAME")]
        exercise: Option<String>,
        /// Look at the files each second, where the file system sends no events or too many
        #[arg(long)]
        poll: bool,
    },
    /// Pack the exercises you have begun, for your instructor
    Submit {
        /// Where to write the archive; none: pglings-submission.zip in the current folder
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Grade submissions, or join gradebooks
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Grade(Box<Grade>),
    /// Look after the server that pglings runs
    Server {
        /// What to do with it
        #[command(subcommand)]
        action: ServerAction,
    },
    /// Show what this machine has, what is missing, and what mends it
    Doctor,
    /// Print what makes a shell complete commands, and names of lessons
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// What pglings calls itself with
    #[command(name = "launch-in-sandbox", hide = true)]
    LaunchInSandbox {
        /// What to become
        launch: String,
    },
    /// For those who write lessons
    Dev {
        /// What to do
        #[command(subcommand)]
        action: DevAction,
    },
}

impl Command {
    /// Whether a program reads what it prints.
    pub fn is_json(&self) -> bool {
        matches!(self, Command::List { json: true } | Command::Check { json: true, .. })
    }
}

/// How to walk a lesson.
#[derive(Debug, Clone, Default, Args)]
pub struct Lesson {
    /// Its number or name, such as 7 or insert
    #[arg(value_name = "N|NAME")]
    pub lesson: String,
    /// Run straight through
    #[arg(long)]
    pub no_pause: bool,
    /// Show every statement that goes over the wire
    #[arg(long)]
    pub echo: bool,
    /// Begin at this step, counted from 1; the ones before are run without being shown
    #[arg(long, value_name = "STEP")]
    pub from: Option<usize>,
}

/// How to grade submissions.
#[derive(Debug, Clone, Args)]
pub struct Grade {
    /// Something else to do
    #[command(subcommand)]
    pub action: Option<GradeAction>,
    /// Folders of submissions, or submissions: folders or archives (zip, tar, tar.gz)
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// A CSV file with the learners' ids and names
    #[arg(long, value_name = "FILE")]
    pub roster: Option<PathBuf>,
    /// A TOML file with the course's name, due date, exercises and points
    #[arg(long, value_name = "FILE")]
    pub course: Option<PathBuf>,
    /// Grade only this exercise (may be said several times)
    #[arg(long, value_name = "N|NAME")]
    pub exercise: Vec<String>,
    /// Where and how to write the gradebook
    #[command(flatten)]
    pub out: GradeOut,
    /// How many learners to grade at a time; none: two for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub jobs: Option<u16>,
    /// Grade one part of the learners, such as 1/8; the parts are joined with `grade merge`
    #[arg(long, value_name = "I/N")]
    pub partition: Option<Partition>,
    /// What keeps the answers in: auto, bubblewrap, landlock or none
    #[arg(long, default_value = "auto", value_name = "KIND")]
    pub sandbox: String,
}

/// Where and how to write a gradebook.
#[derive(Debug, Clone, Args)]
pub struct GradeOut {
    /// Formats, with commas between; gradebook.json is written in any case
    #[arg(long, value_enum, value_delimiter = ',', default_value = "html,csv", value_name = "F")]
    pub format: Vec<Format>,
    /// The folder to write to
    #[arg(long, default_value = "pglings-grades", value_name = "DIR")]
    pub out: PathBuf,
}

/// What else `grade` can do.
#[derive(Debug, Clone, Subcommand)]
pub enum GradeAction {
    /// Join the gradebooks of parts into one
    Merge {
        /// Folders that `grade --partition` has written
        #[arg(value_name = "DIR", required = true)]
        parts: Vec<PathBuf>,
        /// Where and how to write the gradebook
        #[command(flatten)]
        out: GradeOut,
    },
}

/// One part of several: `3/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    /// Counted from 0.
    pub index: u64,
    /// How many there are.
    pub count: u64,
}

impl std::str::FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Partition, String> {
        let numbers = text.split_once('/').and_then(|(index, count)| {
            Some((index.parse::<u64>().ok()?, count.parse::<u64>().ok()?))
        });
        match numbers {
            Some((index, count)) if (1..=count).contains(&index) => {
                Ok(Partition { index: index - 1, count })
            }
            _ => Err("it is I/N, such as 1/8 for the first of eight parts".to_owned()),
        }
    }
}

/// What can be done with the server.
#[derive(Debug, Clone, Subcommand)]
pub enum ServerAction {
    /// Show which servers there are and whether they run
    Status,
    /// Start the server and leave it running
    Start,
    /// Stop the server, unless another pglings uses it
    Stop,
    /// Print the connection URL of a running server
    Url,
    /// Drop all that pglings has made on the server and that nobody uses now (asks first)
    Clean {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Open psql, in a database that a check has kept if you name one
    Psql {
        /// The name that `check` told you
        database: Option<String>,
    },
}

/// What there is for those who write lessons.
#[derive(Debug, Clone, Subcommand)]
pub enum DevAction {
    /// Verify the content: names, stubs, wrong answers, transcripts
    Check,
    /// Run lessons and write their transcripts
    Bless {
        /// Numbers or names; none: all
        lessons: Vec<String>,
    },
    /// Write the exercises' stubs from the solutions, and the list of their targets
    Stubs,
    /// Make a static site of all transcripts, to be read in a browser
    Book {
        /// Where to; else target/book
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Begin a lesson with its exercise: files that pass already, to be changed
    New {
        /// Its name, such as window_functions
        name: String,
        /// The number or the folder of its module
        #[arg(long)]
        module: String,
        /// Its number, which no other lesson may have
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=999))]
        number: u32,
    },
}
