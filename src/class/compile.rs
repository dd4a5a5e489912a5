//! Compiling answers in a sandbox: those of one learner in one go, if they can be.
//!
//! Most of what a compiler does for an answer it does again for the next, so that twenty together
//! take three times as long as one. Each is a module of one program then. Whatever would mean
//! something else there than in a program of its own is compiled alone, and what does not compile is
//! compiled alone too, so that its messages are the same as if nobody else had been there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use harness::limits::Limits;

use super::alone::stands_alone;
use super::toolchain::Toolchain;
use crate::error::{self, Context, Error, PathContext, Result};
use crate::exercise::{Exercise, checked};
use crate::grade;
use crate::grade::build::{self, ANSWER_LIMIT};
use crate::grade::ports::Network;
use crate::grade::queries::Queries;
use crate::grade::verdict::Status;
use crate::home::{self, User};
use crate::postgres::servers::Servers;
use crate::sandbox::relay::Door;
use crate::sandbox::{Kind, Room, Sandbox};

/// The most that the compiler may take. It needs a tenth of the memory.
const LIMITS: Limits = Limits { memory: 4 << 30, file: 256 << 20, tasks: 256 };

/// What a full disk keeps us from.
const NO_ROOM: &str = "the compiler cannot write to the folder for temporary files";

/// On a disk with less room than this, in bytes, a compiler may fail for want of it.
const LITTLE: u64 = 64 << 20;

/// How much more time it has for each answer beyond the first.
const MORE: Duration = Duration::from_secs(2);

/// The file that makes one program of several answers.
const ROOT: &str = "answers.rs";

/// An answer to compile.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// What it answers.
    pub exercise: &'static Exercise,
    /// Its text.
    pub text: &'a str,
}

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compiled {
    /// A program, and the word that tells it which answer it is to be; none if it is but one.
    Program(PathBuf, Option<String>),
    /// The compiler's words.
    Refused(String),
    /// Why there is no server that its queries could be checked by, in a status and in words.
    Unjudged(Status, String),
}

/// A compiler in a sandbox.
pub struct Compiler {
    /// How it is called.
    pub toolchain: Toolchain,
    /// Where it runs.
    pub sandbox: Sandbox,
}

/// How one call of the compiler ended.
enum Call {
    Program(PathBuf),
    /// With the files that the errors are in.
    Refused(Vec<String>, BTreeSet<String>),
    TooLong,
}

impl Compiler {
    /// Compiles answers in a folder that is empty and stays as long as their programs are wanted. All
    /// are of one learner. Queries that sqlx's macros check are checked by a server of these.
    pub fn compile(
        &self,
        sources: &[Source<'_>],
        dir: &Path,
        user: Option<User>,
        servers: &Servers,
    ) -> Result<BTreeMap<&'static str, Compiled>> {
        let (alone, mut together): (Vec<Source<'_>>, Vec<Source<'_>>) =
            sources.iter().copied().partition(|source| stands_alone(source.text));
        let mut compiled = BTreeMap::new();
        let mut round = 0;
        while !together.is_empty() {
            round += 1;
            let many = together.len() > 1;
            let place = dir.join(format!("all-{round}"));
            let apart = match self.all(&together, &place, user)? {
                Call::Program(program) => {
                    for source in together.drain(..) {
                        let stem = source.exercise.stem;
                        let word = Some(stem.to_owned());
                        compiled.insert(stem, Compiled::Program(program.clone(), word));
                    }
                    break;
                }
                Call::Refused(_, files) if many => {
                    let (bad, good): (Vec<_>, Vec<_>) = together
                        .iter()
                        .copied()
                        .partition(|source| files.contains(&source.exercise.path()));
                    // If it is nobody's fault alone, each shows what it is by itself.
                    together = if bad.is_empty() { Vec::new() } else { good.clone() };
                    if bad.is_empty() { good } else { bad }
                }
                Call::Refused(..) | Call::TooLong => std::mem::take(&mut together),
            };
            for source in apart {
                let mut one = self.alone(source, dir, user)?;
                // As a module it is what it would have been with others, down to the names of its
                // types. One that is no module, such as one with a `main` of its own, stays as it is.
                if many && matches!(one, Compiled::Program(..)) {
                    let stem = source.exercise.stem;
                    let place = dir.join(format!("module-{stem}"));
                    if let Call::Program(program) = self.all(&[source], &place, user)? {
                        one = Compiled::Program(program, Some(stem.to_owned()));
                    }
                }
                compiled.insert(source.exercise.stem, one);
            }
        }
        for source in alone {
            let one = match checked::has_any(source.text) {
                true => self.with_queries(source, dir, user, servers)?,
                false => self.alone(source, dir, user)?,
            };
            compiled.insert(source.exercise.stem, one);
        }
        Ok(compiled)
    }

    fn alone(&self, source: Source<'_>, dir: &Path, user: Option<User>) -> Result<Compiled> {
        let place = dir.join(source.exercise.stem);
        Ok(match self.one(source, &place, user)? {
            Call::Program(program) => Compiled::Program(program, None),
            Call::Refused(errors, _) => Compiled::Refused(errors.join("\n")),
            Call::TooLong => Compiled::Refused(build::too_long(ANSWER_LIMIT)),
        })
    }

    /// Compiles an answer whose queries a server checks: it reaches one database, and nothing else.
    fn with_queries(
        &self,
        source: Source<'_>,
        dir: &Path,
        user: Option<User>,
        servers: &Servers,
    ) -> Result<Compiled> {
        let place = dir.join(source.exercise.stem);
        lay_out(source, &place)?;
        let out = place.join("out");
        home::private_dir(&out, user)?;
        let open = || {
            let databases = servers.get(&grade::grader_of(source.exercise).needs)?;
            let fixture = grade::compiled_on(source.exercise);
            let listener = self.network().listen().context("cannot listen on the loopback")?;
            Queries::new(&databases, &fixture, listener, &out, user)
        };
        let queries = match open() {
            Ok(queries) => queries,
            Err(error) => return unjudged(source.exercise, error),
        };
        let door = match self.sandbox.kind() {
            Kind::Bubblewrap => Some(Door::start(&out, queries.port(), user)?),
            _ => None,
        };
        let door = door.as_ref().map(Door::folder);
        let path = source.exercise.path();
        let asks = Some((&queries, door));
        let call = self.call(source.exercise.stem, &path, &place, user, ANSWER_LIMIT, asks)?;
        Ok(match (call, queries.alive()) {
            (Call::Program(program), _) => Compiled::Program(program, None),
            (_, Err(error)) => unjudged(source.exercise, error)?,
            (Call::Refused(errors, _), _) => Compiled::Refused(errors.join("\n")),
            (Call::TooLong, _) => Compiled::Refused(build::too_long(ANSWER_LIMIT)),
        })
    }

    /// How the compiler reaches us.
    fn network(&self) -> Network {
        match self.sandbox.kind() {
            Kind::Landlock => Network::listed(),
            _ => Network::Open,
        }
    }

    fn one(&self, source: Source<'_>, dir: &Path, user: Option<User>) -> Result<Call> {
        lay_out(source, dir)?;
        self.call(source.exercise.stem, &source.exercise.path(), dir, user, ANSWER_LIMIT, None)
    }

    fn all(&self, sources: &[Source<'_>], dir: &Path, user: Option<User>) -> Result<Call> {
        let mut modules = String::new();
        let mut choices = String::new();
        for source in sources {
            lay_out(*source, dir)?;
            let (stem, path) = (source.exercise.stem, source.exercise.path());
            let _ = writeln!(modules, "#[path = {path:?}]\nmod answer_{stem};");
            let _ = writeln!(choices, "        Some({stem:?}) => answer_{stem}::main(),");
        }
        let root = dir.join(ROOT);
        let text = format!(
            "{modules}\nfn main() -> std::process::ExitCode {{\n    \
             match std::env::args().nth(1).as_deref() {{\n{choices}        \
             _ => std::process::ExitCode::FAILURE,\n    }}\n}}\n"
        );
        fs::write(&root, text).at("write", &root)?;
        let more = u32::try_from(sources.len()).unwrap_or(u32::MAX);
        self.call("answers", ROOT, dir, user, ANSWER_LIMIT / 2 + MORE * more, None)
    }

    fn call(
        &self,
        name: &str,
        root: &str,
        dir: &Path,
        user: Option<User>,
        limit: Duration,
        asks: Option<(&Queries, Option<&Path>)>,
    ) -> Result<Call> {
        let out = dir.join("out");
        home::private_dir(&out, user)?;
        own_all(dir, user)?;
        let program = out.join("program");
        let words = self.toolchain.words(name, Path::new(root), &program);
        let mut room = Room::new(dir.to_owned()).read(dir.to_owned()).linkers();
        room.read.extend(self.toolchain.read.iter().cloned());
        let room = room.write(out.clone()).limits(LIMITS).user(user);
        let ports = asks.map(|(queries, _)| queries.port());
        let room = room.ports(ports.into_iter().collect());
        let rustc = self.sandbox.program(&self.toolchain.rustc, &words, &room).clear_env();
        let rustc = self.toolchain.tell(rustc, name, &dir.join("exercises"));
        let rustc = match asks {
            Some((queries, socket)) => queries.tell(rustc, socket),
            None => rustc,
        };
        let finished = rustc
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("TMPDIR", &out)
            .contained()
            .keep(build::LONGEST)
            .run(limit)?;
        crate::interrupt::check()?;
        if finished.success() && program.is_file() {
            return Ok(Call::Program(program));
        }
        if finished.status.is_none() {
            return Ok(Call::TooLong);
        }
        // That the compiler says so is not enough: an answer can have it say anything, and is not to
        // end the grading of others.
        if home::has_less(&out, LITTLE) == Some(true)
            && let Some(full) = error::full(&finished.stderr.text(), NO_ROOM)
        {
            return Err(full);
        }
        build::refused(&finished, LIMITS.file).map(|(errors, files)| Call::Refused(errors, files))
    }
}

/// An answer for which there is no server, if that is the fault.
fn unjudged(exercise: &Exercise, error: Error) -> Result<Compiled> {
    let verdict = grade::without(exercise, error)?;
    Ok(Compiled::Unjudged(verdict.status, verdict.message))
}

/// Writes an answer where the compiler is to find it, under the path that it has in a workbook.
fn lay_out(source: Source<'_>, dir: &Path) -> Result<()> {
    let path = dir.join(source.exercise.path());
    let folder = path.parent().unwrap_or(dir);
    fs::create_dir_all(folder).at("create", folder)?;
    fs::write(&path, source.text).at("write", &path)
}

/// Gives a folder with all in it to a user.
fn own_all(path: &Path, user: Option<User>) -> Result<()> {
    let is_dir = path.is_dir();
    home::own(path, user, if is_dir { 0o700 } else { 0o600 })?;
    if is_dir {
        for entry in fs::read_dir(path).at("read", path)? {
            own_all(&entry.at("read", path)?.path(), user)?;
        }
    }
    Ok(())
}
