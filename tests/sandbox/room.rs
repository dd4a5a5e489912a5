//! Where the tests judge: both sandboxes, on one desk each, and one server for all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use pglings::class::compile::{Compiler, Source};
use pglings::class::desk::Desk;
use pglings::class::gradebook::Graded;
use pglings::class::judge::Judge;
use pglings::class::toolchain::Toolchain;
use pglings::exercise::files::Workbook;
use pglings::exercise::{Exercise, exercise};
use pglings::grade::{Grader, graders};
use pglings::postgres::needs::Needs;
use pglings::postgres::servers::Servers;
use pglings::report::message;
use pglings::sandbox::{Choice, Kind, Sandbox, user};

/// A sandbox with a compiler.
pub(crate) struct Room {
    compiler: Compiler,
    servers: Servers,
    desk: Desk,
}

/// The room of bubblewrap: that of the other tests that are in it now, or a new one. It goes with the
/// last of them, and its server and its desk with it; nobody would end those of a static.
pub(crate) fn bubblewrap() -> Arc<Room> {
    static ROOM: Mutex<Weak<Room>> = Mutex::new(Weak::new());
    shared(&ROOM, Kind::Bubblewrap)
}

/// The same behind Landlock.
pub(crate) fn landlock() -> Arc<Room> {
    static ROOM: Mutex<Weak<Room>> = Mutex::new(Weak::new());
    shared(&ROOM, Kind::Landlock)
}

fn shared(room: &Mutex<Weak<Room>>, kind: Kind) -> Arc<Room> {
    let mut room = room.lock().unwrap_or_else(PoisonError::into_inner);
    room.upgrade().unwrap_or_else(|| {
        let new = Arc::new(Room::new(kind));
        *room = Arc::downgrade(&new);
        new
    })
}

impl Room {
    fn new(kind: Kind) -> Room {
        let launcher = PathBuf::from(env!("CARGO_BIN_EXE_pglings"));
        let sandbox = Sandbox::choose(Choice::Only(kind), launcher).unwrap();
        let desk = Desk::new().unwrap();
        let workbook = Workbook::at(Path::new(env!("CARGO_MANIFEST_DIR")));
        let toolchain = Toolchain::prepare(&workbook, desk.path(), user(0)).unwrap();
        let servers = Servers::from_env().unwrap();
        Room { compiler: Compiler { toolchain, sandbox }, servers, desk }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.compiler.sandbox.kind()
    }

    pub(crate) fn desk(&self) -> &Path {
        self.desk.path()
    }

    /// A place that nobody judges in, whose user is nobody else's.
    pub(crate) fn place(&self) -> usize {
        static PLACES: AtomicUsize = AtomicUsize::new(0);
        PLACES.fetch_add(1, Ordering::Relaxed)
    }

    /// The server's port, data directory and process.
    pub(crate) fn server(&self) -> (String, String, String) {
        let databases = self.servers.get(&Needs::NOTHING).unwrap();
        let mut client = databases.server.address.connect().unwrap();
        let mut ask = |setting: &str| {
            let row = client.query_one(&format!("SHOW {setting}"), &[]).unwrap();
            row.get::<_, String>(0)
        };
        let (port, data) = (ask("port"), ask("data_directory"));
        let pid = std::fs::read_to_string(Path::new(&data).join("postmaster.pid"));
        let pid = pid.ok().and_then(|text| text.lines().next().map(str::to_owned));
        (port, data, pid.unwrap_or_else(|| "1".to_owned()))
    }

    /// Judges the answers of one learner.
    pub(crate) fn judge(&self, answers: &[(&str, String)]) -> BTreeMap<String, Graded> {
        self.judge_at(self.place(), answers)
    }

    pub(crate) fn judge_at(
        &self,
        place: usize,
        answers: &[(&str, String)],
    ) -> BTreeMap<String, Graded> {
        let sources: Vec<Source<'_>> = answers
            .iter()
            .map(|(stem, text)| Source { exercise: exercise(stem).unwrap(), text })
            .collect();
        self.judge_sources(place, &sources, graders::of)
    }

    /// The same by a grader of the test's own.
    pub(crate) fn judge_by(
        &self,
        sources: &[Source<'_>],
        grader: fn(&Exercise) -> fn() -> Grader,
    ) -> BTreeMap<String, Graded> {
        self.judge_sources(self.place(), sources, grader)
    }

    fn judge_sources(
        &self,
        place: usize,
        sources: &[Source<'_>],
        grader: fn(&Exercise) -> fn() -> Grader,
    ) -> BTreeMap<String, Graded> {
        let mut graded = BTreeMap::new();
        let judge =
            Judge::new(&self.compiler, &self.servers, self.desk.path(), place, message::text);
        let mut judge = judge.by(grader);
        judge
            .judge(sources, &mut |source, one| {
                graded.insert(source.exercise.stem.to_owned(), one);
                Ok(())
            })
            .unwrap();
        graded
    }
}
