//! One kill, and what has to hold after it.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use pglings::home::Home;

use crate::processes::{children, kill, of_home, postmasters, until};
use crate::world::{Ran, World};

/// What is killed: pglings while it does something, or what it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Victim {
    Initdb,
    Start,
    Lesson,
    Check,
    /// The first moments of a command on a server where a killed one has left things.
    Sweep,
    ServerStart,
    ServerStop,
    Postmaster,
    Backend,
}

impl Victim {
    pub(crate) const ALL: [Victim; 9] = [
        Victim::Initdb,
        Victim::Start,
        Victim::Lesson,
        Victim::Check,
        Victim::Sweep,
        Victim::ServerStart,
        Victim::ServerStop,
        Victim::Postmaster,
        Victim::Backend,
    ];

    /// The command, and within how many milliseconds the kill comes.
    fn plan(self, number: u64) -> (&'static [&'static str], f64) {
        let lesson: &[&str] = match number % 2 {
            // It has steps that make connections of their own, and a server.
            0 => &["lesson", "4", "--no-pause"],
            _ => &["lesson", "7", "--no-pause"],
        };
        match self {
            Victim::Initdb => (lesson, 1000.0),
            Victim::Start => (lesson, 400.0),
            Victim::Lesson => (lesson, 1000.0),
            Victim::Check => (&["check", "7", "--json"], 1200.0),
            Victim::Sweep => (lesson, 300.0),
            Victim::ServerStart => (&["server", "start"], 250.0),
            Victim::ServerStop => (&["server", "stop"], 150.0),
            Victim::Postmaster | Victim::Backend if number.is_multiple_of(3) => {
                (&["check", "7", "--json"], 1500.0)
            }
            Victim::Postmaster | Victim::Backend => (lesson, 1200.0),
        }
    }
}

/// A workbook and a home, with a right answer to exercise 7 and some progress.
pub(crate) struct Place {
    world: World,
    home: PathBuf,
    clusters: PathBuf,
}

/// Looks after the server of a home: there is never more than one.
struct Watch<'a> {
    over: &'a AtomicBool,
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
    }
}

impl Place {
    pub(crate) fn new(name: &str) -> Place {
        let world = World::new(&format!("workbook-{name}"));
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let clusters = Home::at(&home).unwrap().data;
        let place = Place { world, home, clusters };
        place.forget();
        let solution = pglings::exercise::exercise("7").unwrap();
        fs::write(place.world.root.join(solution.path()), solution.solution).unwrap();
        // The first build takes its time.
        place.works(&["check", "7", "--json"]);
        place.works(&["hint", "8"]);
        place.works(&["server", "stop"]);
        place
    }

    /// Kills a victim at a moment, a share of the time within which it is killed, and sees that all
    /// is well. Returns whether it was alive then.
    pub(crate) fn round(&self, victim: Victim, moment: f64, number: u64) -> bool {
        self.prepare(victim);
        let before = self.progress();
        let over = AtomicBool::new(false);
        let hit = thread::scope(|scope| {
            let watching = scope.spawn(|| self.watch(&over));
            let watch = Watch { over: &over };
            let hit = self.kill(victim, moment, number);
            self.is_well(number);
            drop(watch);
            watching.join().unwrap();
            hit
        });
        self.holds(&before);
        self.works(&["server", "stop"]);
        until(|| format!("these stay: {:#?}", of_home(&self.home)), || self.is_quiet());
        // An initdb that has lost its pglings holds the lock of what it makes until it ends: the next
        // command takes that away, and this may be the first one since.
        self.works(&["server", "stop"]);
        self.is_free();
        hit
    }

    /// So many commands at once, on a home where nothing is yet: lessons, checks and looks at the
    /// list.
    pub(crate) fn crowd(&self, count: usize) {
        self.forget();
        let lessons = pglings::lesson::catalogue::lessons();
        let walked: Vec<String> =
            lessons.iter().take(count - 6).map(|lesson| lesson.number.to_string()).collect();
        let mut all: Vec<Vec<&str>> =
            walked.iter().map(|number| vec!["lesson", number, "--no-pause"]).collect();
        all.extend([["check", "7", "--json"]; 4].map(Vec::from));
        all.extend([["list", "--json"]; 2].map(Vec::from));
        assert_eq!(all.len(), count);
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let watching = scope.spawn(|| self.watch(&over));
            let watch = Watch { over: &over };
            let running: Vec<Child> = all.iter().map(|args| self.start(args)).collect();
            // Each has to be read from, or it waits.
            let reading: Vec<_> = running
                .into_iter()
                .map(|child| scope.spawn(|| Ran::of(child.wait_with_output().unwrap())))
                .collect();
            for (args, ran) in all.iter().zip(reading) {
                let ran = ran.join().unwrap();
                assert_eq!(ran.code, 0, "{args:?} {ran:?}");
            }
            drop(watch);
            watching.join().unwrap();
        });
        let progress = self.progress();
        for lesson in lessons.iter().take(count - 6) {
            assert_eq!(progress["done"][lesson.stem], true, "{progress}");
        }
        until(|| format!("these stay: {:#?}", of_home(&self.home)), || self.is_quiet());
        self.is_free();
    }

    fn prepare(&self, victim: Victim) {
        match victim {
            Victim::Initdb => self.forget(),
            Victim::Sweep => {
                self.works(&["server", "start"]);
                let mut left = self.start(&["check", "7", "--json"]);
                let made = || self.databases().iter().any(|name| name.starts_with("pglings_r_"));
                until(
                    || "a database is made".to_owned(),
                    || made() || left.try_wait().unwrap().is_some(),
                );
                left.kill().unwrap();
                left.wait().unwrap();
            }
            Victim::ServerStop | Victim::Postmaster | Victim::Backend => {
                self.works(&["server", "start"]);
            }
            _ => {}
        }
    }

    fn kill(&self, victim: Victim, moment: f64, number: u64) -> bool {
        let (args, within) = victim.plan(number);
        let mut command = self.start(args);
        // When a kill comes is random on purpose; nothing is waited for here.
        thread::sleep(Duration::from_secs_f64(within * moment / 1000.0));
        if !matches!(victim, Victim::Postmaster | Victim::Backend) {
            let alive = command.try_wait().unwrap().is_none();
            command.kill().unwrap();
            command.wait().unwrap();
            return alive;
        }
        let postmaster = self.data().into_iter().flat_map(|data| postmasters(&data)).next();
        let target = match victim {
            Victim::Postmaster => postmaster,
            _ => postmaster.and_then(|postmaster| {
                let all = children(postmaster);
                #[expect(
                    clippy::cast_sign_loss,
                    clippy::cast_possible_truncation,
                    reason = "small"
                )]
                all.get((moment * 1e6) as usize % all.len().max(1)).copied()
            }),
        };
        let hit = target.is_some_and(kill);
        // Nobody's answer is at fault, and no content.
        let ran = Ran::of(command.wait_with_output().unwrap());
        assert!([0, 3].contains(&ran.code), "{args:?} {ran:?}");
        hit
    }

    /// The next command works, whichever it is, and so do those after it.
    fn is_well(&self, number: u64) {
        let mut commands: [&[&str]; 3] =
            [&["lesson", "1", "--no-pause"], &["check", "7", "--json"], &["list", "--json"]];
        let at = usize::try_from(number).unwrap() % commands.len();
        commands.rotate_left(at);
        for args in commands {
            self.works(args);
        }
    }

    fn watch(&self, over: &AtomicBool) {
        while !over.load(Ordering::SeqCst) {
            for data in self.data() {
                let found = postmasters(&data);
                assert!(found.len() < 2, "two servers on {}: {found:?}", data.display());
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn progress(&self) -> serde_json::Value {
        let text = fs::read(self.world.root.join(".pglings/progress.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// Of what the progress file held, nothing is lost.
    fn holds(&self, before: &serde_json::Value) {
        let now = self.progress();
        assert_eq!(now["exercises"], before["exercises"]);
        for (lesson, done) in before["done"].as_object().unwrap() {
            assert_eq!(&now["done"][lesson], done, "{lesson}");
        }
        let beside = fs::read_dir(self.world.root.join(".pglings")).unwrap().flatten();
        let damaged =
            |entry: &fs::DirEntry| entry.file_name().to_string_lossy().contains("damaged");
        assert!(!beside.into_iter().any(|entry| damaged(&entry)), "a damaged file was set aside");
    }

    fn start(&self, args: &[&str]) -> Child {
        let mut command = self.world.command(&self.home);
        let piped = || Stdio::piped();
        command.args(args).stdin(Stdio::null()).stdout(piped()).stderr(piped());
        command.process_group(0).spawn().unwrap()
    }

    fn works(&self, args: &[&str]) -> Ran {
        let ran = Ran::of(self.start(args).wait_with_output().unwrap());
        assert_eq!(ran.code, 0, "{args:?} {ran:?}");
        ran
    }

    fn databases(&self) -> Vec<String> {
        let url = self.works(&["server", "url"]).stdout;
        let mut client = postgres::Client::connect(url.trim(), postgres::NoTls).unwrap();
        let rows = client.query("SELECT datname::text FROM pg_database", &[]).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// The data folders of the clusters that there are.
    fn data(&self) -> Vec<PathBuf> {
        let clusters = fs::read_dir(&self.clusters).into_iter().flatten().flatten();
        clusters.map(|cluster| cluster.path().join("data")).collect()
    }

    fn is_quiet(&self) -> bool {
        of_home(&self.home).is_empty() && of_home(&self.clusters).is_empty()
    }

    /// No lock is held, and nothing half-made lies about.
    fn is_free(&self) {
        for cluster in fs::read_dir(&self.clusters).unwrap().flatten() {
            for entry in fs::read_dir(cluster.path()).unwrap().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.ends_with(".lock") {
                    assert!(File::open(entry.path()).unwrap().try_lock().is_ok(), "{name} is held");
                }
                let whole = ["change.lock", "users.lock", "data", "password", "log", "log.old"];
                assert!(whole.contains(&&*name), "{name} is left in {}", cluster.path().display());
            }
        }
    }

    /// Ends all that works for this home, and removes it.
    fn forget(&self) {
        for home in [&self.home, &self.clusters] {
            of_home(home).into_iter().for_each(|(pid, _)| {
                kill(pid);
            });
        }
        let _ = fs::remove_dir_all(&self.home);
        let _ = fs::remove_dir_all(&self.clusters);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.world.command(&self.home).args(["server", "stop"]).output();
        self.forget();
        let _ = fs::remove_dir_all(&self.world.root);
    }
}
