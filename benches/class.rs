//! What grading a class costs, against `cargo test --test exercises` in each submission's folder:
//!
//!     cargo bench --profile dev --bench class -- [LEARNERS]
//!
//! For classes that are solved, unsolved, wrong, do not compile, and mixed, of all exercises and
//! without two equal answers: verdicts per second, the most memory that pglings itself had, and how
//! many times as many verdicts that is as `cargo test` has. That is measured in the same run, on some
//! of the learners, each with a copy of the workbook, which share a target folder where all that they
//! depend on is built. Both are unoptimized, as they are for whoever works in the repository.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pglings::exercise::exercises;
use pglings::process::Program;

#[expect(clippy::unwrap_used, reason = "it is the tests', and ends where it cannot go on")]
#[expect(dead_code, reason = "the tests hand in in more ways")]
#[path = "../tests/class/generator.rs"]
mod generator;

use generator::{Class, Kind, MIXED, Packed};

#[path = "common/copy.rs"]
mod copy;

use copy::{copy, workbook};

type Anyhow<T = ()> = Result<T, Box<dyn Error>>;

/// How many learners `cargo test` is measured with.
const SAMPLE: usize = 3;

/// More than any of this takes.
const LIMIT: Duration = Duration::from_secs(4 * 60 * 60);

fn main() -> Anyhow {
    let learners = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(100);
    let desk = Desk::new()?;
    let classes = [
        ("solved", vec![Kind::Solved]),
        ("unsolved", vec![Kind::Unsolved]),
        ("wrong", vec![Kind::Wrong]),
        ("no compile", vec![Kind::NotCompiling]),
        ("mixed", MIXED.to_vec()),
    ];
    println!("{learners} learners, {} exercises", exercises().len());
    for (name, kinds) in classes {
        let exercises = exercises().iter().collect();
        let class = Class { seed: 1, learners, exercises, kinds, identical: 0 };
        let ours = desk.grade(&class)?;
        let theirs = desk.test(&class)?;
        println!(
            "{name:<11} {:>5} verdicts, {:>6.2} a second; cargo test {:>5.2} a second: {:>5.1} times; \
             {:>4} MiB; {}",
            ours.verdicts,
            ours.rate(),
            theirs.rate(),
            ours.rate() / theirs.rate(),
            ours.memory >> 10,
            ours.statuses,
        );
    }
    Ok(())
}

/// What was done in a time.
#[derive(Default)]
struct Done {
    verdicts: usize,
    time: Duration,
    /// In KiB.
    memory: u64,
    statuses: String,
}

impl Done {
    fn rate(&self) -> f64 {
        self.verdicts as f64 / self.time.as_secs_f64()
    }
}

/// A copy of the workbook, and a target folder for it.
struct Desk {
    workbook: PathBuf,
    target: PathBuf,
    place: tempfile::TempDir,
}

impl Desk {
    /// All that either side has to build before the first answer is built.
    fn new() -> Anyhow<Desk> {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("class");
        let workbook = workbook("bench")?;
        let desk = Desk { workbook, target, place: tempfile::tempdir()? };
        // The program that grades, and what all exercises depend on.
        let build = desk.program("cargo", &desk.workbook).args(["build", "--quiet"]);
        if !build.run(LIMIT)?.success() {
            return Err("the copy of the workbook does not build".into());
        }
        // `cargo test` in another copy writes another program there.
        fs::copy(desk.target.join("debug/pglings"), desk.grader())?;
        let exercises = exercises().iter().collect();
        let kinds = vec![Kind::Solved];
        let warm = Class { seed: 0, learners: 1, exercises, kinds, identical: 100 };
        desk.test(&warm)?;
        desk.grade(&warm)?;
        Ok(desk)
    }

    fn grader(&self) -> PathBuf {
        self.target.join("debug/grader")
    }

    fn program(&self, program: impl AsRef<std::ffi::OsStr>, workbook: &Path) -> Program {
        let program = Program::new(program).dir(workbook);
        program.env("CARGO_TARGET_DIR", &self.target).env("DATABASE_URL", "")
    }

    /// Grades a class with the one command.
    fn grade(&self, class: &Class) -> Anyhow<Done> {
        let place = tempfile::tempdir_in(self.place.path())?;
        let (handed, out) = (place.path().join("submissions"), place.path().join("graded"));
        for learner in 0..class.learners {
            class.hand_in(learner, Packed::Folder, &handed);
        }
        let began = Instant::now();
        let program = self.program(self.grader(), &self.workbook).arg("grade").arg(&handed);
        let mut running = program.arg("--out").arg(&out).start()?;
        drop(running.stdin.take());
        let mut memory = 0;
        let status = loop {
            memory = memory.max(peak(running.pid()));
            if let Some(status) = running.wait(Duration::from_millis(50)) {
                break status;
            }
        };
        let time = began.elapsed();
        if !status.success() {
            return Err(format!("grade ended with {status}: {}", running.stderr().text()).into());
        }
        let journal = fs::read_to_string(out.join("verdicts.jsonl"))?;
        let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
        for line in journal.lines() {
            let line: serde_json::Value = serde_json::from_str(line)?;
            let status = line["graded"]["status"].as_str().unwrap_or_default();
            *statuses.entry(status.to_owned()).or_default() += 1;
        }
        let statuses: Vec<_> =
            statuses.iter().map(|(status, count)| format!("{count} {status}")).collect();
        let verdicts = journal.lines().count();
        Ok(Done { verdicts, time, memory, statuses: statuses.join(", ") })
    }

    /// Runs `cargo test` for some learners, one after another.
    fn test(&self, class: &Class) -> Anyhow<Done> {
        let mut done = Done::default();
        for learner in 0..class.learners.min(SAMPLE) {
            let folder = tempfile::tempdir_in(self.place.path())?;
            copy(&self.workbook, folder.path())?;
            let answers = class.answers(learner);
            for (exercise, text) in &answers {
                fs::write(folder.path().join(exercise.path()), text)?;
            }
            let began = Instant::now();
            let test = self.program("cargo", folder.path()).args([
                "test",
                "--quiet",
                "--test",
                "exercises",
            ]);
            let finished = test.run(LIMIT)?;
            done.time += began.elapsed();
            let said = finished.stdout.text();
            if !said.contains("test result: ") {
                return Err(format!("cargo test: {}", finished.stderr.text()).into());
            }
            done.verdicts += answers.len();
        }
        Ok(done)
    }
}

/// The most memory that a process has had so far, in KiB.
fn peak(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
