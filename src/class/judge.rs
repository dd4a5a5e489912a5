//! Judging the answers of one learner: compiled and run in the sandbox.

use std::path::{Path, PathBuf};

use super::compile::{Compiled, Compiler, Source};
use super::gradebook::Graded;
use super::settle::Settle;
use super::words::Words;
use super::{crowd, desk};
use crate::error::{PathContext, Result};
use crate::exercise::Exercise;
use crate::grade::answer::{AnswerProgram, Scratch};
use crate::grade::ports::Network;
use crate::grade::verdict::Status;
use crate::grade::{self, Grader, Purpose, RUN_LIMIT, Verdict, graders};
use crate::home;
use crate::postgres::servers::Servers;
use crate::sandbox::relay::Relay;
use crate::sandbox::room::SCRATCH;
use crate::sandbox::{self, Kind, Room};

/// How often an answer is run if its server goes away.
const ATTEMPTS: usize = 3;

/// One of the places in which answers are judged at a time: a folder and a user of its own.
pub struct Judge<'a> {
    compiler: &'a Compiler,
    servers: &'a Servers,
    desk: PathBuf,
    place: usize,
    count: usize,
    words: Words,
    grader: fn(&Exercise) -> fn() -> Grader,
}

impl<'a> Judge<'a> {
    /// In a place on a desk: a folder that the users of all places can enter.
    pub fn new(
        compiler: &'a Compiler,
        servers: &'a Servers,
        desk: &Path,
        place: usize,
        words: Words,
    ) -> Judge<'a> {
        let desk = desk.join(format!("place-{place}"));
        Judge { compiler, servers, desk, place, count: 0, words, grader: graders::of }
    }

    /// By other graders than those of the workbook.
    #[must_use]
    pub fn by(self, grader: fn(&Exercise) -> fn() -> Grader) -> Judge<'a> {
        Judge { grader, ..self }
    }

    /// Judges different answers of one learner, and hands over each verdict when it is there.
    ///
    /// # Errors
    ///
    /// When the machine is at fault: Ctrl-C, or a file that cannot be written.
    pub fn judge(
        &mut self,
        sources: &[Source<'_>],
        each: &mut dyn FnMut(&Source<'_>, Graded) -> Result<()>,
    ) -> Result<()> {
        self.count += 1;
        let dir = self.desk.join(self.count.to_string());
        let user = sandbox::user(self.place);
        home::private_dir(&self.desk, user)?;
        // Root's answers share no user, and so nothing that one could be short of.
        let shared = user.is_none();
        let compile = || {
            if dir.exists() {
                desk::remove(&dir);
            }
            home::private_dir(&dir, user)?;
            self.compiler.compile(sources, &dir, user, self.servers)
        };
        let compiled = crowd::fairly(compile, |compiled, crowded| {
            shared && compiled.values().any(|one| crowd::kept_from_compiling(one, crowded))
        })?;
        for source in sources {
            let told = |status: Status, words: &str| Verdict {
                message: words.to_owned(),
                ..Verdict::new(source.exercise, status)
            };
            let verdict = match compiled.get(source.exercise.stem) {
                Some(Compiled::Program(program, word)) => {
                    let run = || self.persist(source.exercise, program, word.as_deref(), &dir);
                    crowd::fairly(run, |verdict, crowded| {
                        shared && crowd::kept_from_running(verdict, self.words, crowded)
                    })?
                }
                Some(Compiled::Refused(words)) => told(Status::DoesNotCompile, words),
                Some(Compiled::Unjudged(status, words)) => told(*status, words),
                None => Verdict::new(source.exercise, Status::Broken),
            };
            each(source, Settle::new(&dir).graded(source, verdict, self.words))?;
        }
        desk::remove(&dir);
        Ok(())
    }

    /// Runs a program; anew, if the server went away meanwhile.
    fn persist(
        &self,
        exercise: &Exercise,
        program: &Path,
        word: Option<&str>,
        dir: &Path,
    ) -> Result<Verdict> {
        let mut left = ATTEMPTS;
        loop {
            left -= 1;
            let verdict = self.run(exercise, program, word, dir)?;
            if verdict.status != Status::NoServer || left == 0 {
                return Ok(verdict);
            }
            self.servers.forget(&(self.grader)(exercise)().needs);
        }
    }

    fn run(
        &self,
        exercise: &Exercise,
        program: &Path,
        word: Option<&str>,
        dir: &Path,
    ) -> Result<Verdict> {
        let databases = match self.servers.get(&(self.grader)(exercise)().needs) {
            Ok(databases) => databases,
            Err(error) => return grade::without(exercise, error),
        };
        let more = databases.server.programs(&(self.grader)(exercise)().needs);
        let prepare = || self.prepare(program, word, dir, &more);
        let grader = (self.grader)(exercise);
        grade::run(RUN_LIMIT, Purpose::Judging, exercise, grader, &prepare, &databases)
    }

    /// A program in its sandbox, with a folder of its own.
    fn prepare(
        &self,
        program: &Path,
        word: Option<&str>,
        dir: &Path,
        more: &[PathBuf],
    ) -> Result<AnswerProgram> {
        let user = sandbox::user(self.place);
        let own = tempfile::Builder::new().prefix("run-").tempdir_in(dir).at("write in", dir)?;
        let own = own.keep();
        home::private_dir(&own, user)?;
        let mut room =
            Room::new(own.clone()).read(program.to_owned()).write(own.clone()).user(user);
        room.read.extend(self.compiler.toolchain.started_with());
        room.read.extend(more.iter().cloned());
        let sandbox = &self.compiler.sandbox;
        let network = match sandbox.kind() {
            Kind::Bubblewrap => Network::Relayed(Relay::start(&own, user)?),
            Kind::Landlock => Network::listed(),
            Kind::None => Network::Open,
        };
        let room = room.ports(network.ports());
        let words: Vec<&str> = word.into_iter().collect();
        let program = sandbox.program(program, &words, &room).clear_env();
        let scratch = Scratch { folder: own, most: SCRATCH, user };
        Ok(AnswerProgram::of(program).in_class().network(network).scratch(scratch))
    }
}
