//! From an edit of one line to the verdict.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pglings::exercise::files::Workbook;
use pglings::exercise::{Exercise, exercises};
use pglings::grade;
use pglings::grade::verdict::Status;
use pglings::postgres::servers::Servers;
use pglings::process::Program;

use super::copy::workbook;
use super::{Anyhow, median};

/// How often each is done.
const ROUNDS: usize = 7;
/// How often `cargo test` is, which takes longer than it is worth to know well.
const OF_CARGO: usize = 3;

const LIMIT: Duration = Duration::from_secs(600);

pub(super) fn run() -> Anyhow {
    let desk = Desk::new()?;
    let rustlings = Rustlings::new()?;
    let servers = Servers::from_env()?;
    let (mut check, mut watch, mut above) = (Vec::new(), Vec::new(), Vec::new());
    println!(
        "from an edit of one line to the verdict, in ms, and how many times as long as rustlings"
    );
    println!("{:<28} check  (rustc  checks  rest)  times   watch  times   cargo test", "");
    for exercise in exercises() {
        let one = desk.measure(exercise, rustlings.as_ref(), &servers)?;
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let times = |time: Duration| ms(time) / ms(one.rustlings);
        println!(
            "{:<28} {:>5.0}  ({:>5.0}  {:>6.0}  {:>4.0})  {:>5.2}   {:>5.0}  {:>5.2}   {:>10.0}",
            exercise.stem,
            ms(one.check),
            ms(one.build),
            ms(one.run),
            ms(one.check.saturating_sub(one.build + one.run)),
            times(one.check),
            ms(one.watch),
            times(one.watch),
            ms(one.cargo_test),
        );
        check.push(times(one.check));
        watch.push(times(one.watch));
        if times(one.check) > 2.0 {
            above.push(exercise.stem);
        }
    }
    if rustlings.is_some() {
        println!("the median: check {:.2} times, watch {:.2}", middle(check), middle(watch));
        println!("above 2 times: {}", above.len());
    }
    Ok(())
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Medians for one exercise.
struct Times {
    check: Duration,
    build: Duration,
    run: Duration,
    watch: Duration,
    rustlings: Duration,
    cargo_test: Duration,
}

/// A copy of the workbook, built in the folder that this is built in.
struct Desk {
    workbook: PathBuf,
    target: PathBuf,
}

impl Desk {
    fn new() -> Anyhow<Desk> {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target")?;
        Ok(Desk { workbook: workbook("ratios")?, target: target.to_owned() })
    }

    fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Program {
        let program = Program::new(program).dir(&self.workbook);
        program.env("CARGO_TARGET_DIR", &self.target).env("DATABASE_URL", "")
    }

    fn measure(
        &self,
        exercise: &'static Exercise,
        rustlings: Option<&Rustlings>,
        servers: &Servers,
    ) -> Anyhow<Times> {
        let file = self.workbook.join(exercise.path());
        fs::write(&file, exercise.solution)?;
        // Whatever is made once is made, and the server is up, as it is for who has begun.
        grade::check(&Workbook::at(&self.workbook), exercise, servers)?;
        self.check(exercise)?;
        let (mut check, mut build, mut run) = (Vec::new(), Vec::new(), Vec::new());
        let (mut watch, mut theirs, mut cargo_test) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            edit(&file)?;
            let began = Instant::now();
            let (built, ran) = self.check(exercise)?;
            check.push(began.elapsed());
            build.push(built);
            run.push(ran);
            if let Some(rustlings) = rustlings {
                theirs.push(rustlings.run()?);
            }
            // What `watch` does after the save.
            edit(&file)?;
            let began = Instant::now();
            let verdict = grade::check(&Workbook::at(&self.workbook), exercise, servers)?;
            watch.push(began.elapsed());
            if verdict.status != Status::Passed {
                return Err(format!("{}: {verdict:?}", exercise.stem).into());
            }
            if round < OF_CARGO {
                edit(&file)?;
                let test = self.program("cargo").args(["test", "--quiet", "--test", "exercises"]);
                let began = Instant::now();
                let tested = test.arg(exercise.stem).run(LIMIT)?;
                cargo_test.push(began.elapsed());
                if !tested.success() {
                    return Err(format!("cargo test: {}", tested.stderr.text()).into());
                }
            }
        }
        fs::write(&file, exercise.stub())?;
        Ok(Times {
            check: median(&check),
            build: median(&build),
            run: median(&run),
            watch: median(&watch),
            rustlings: median(&theirs),
            cargo_test: median(&cargo_test),
        })
    }

    /// Build and run, as the verdict tells.
    fn check(&self, exercise: &Exercise) -> Anyhow<(Duration, Duration)> {
        let program = self.program(env!("CARGO_BIN_EXE_pglings"));
        let finished = program.args(["check", exercise.stem, "--json"]).run(LIMIT)?;
        let said: serde_json::Value = serde_json::from_str(&finished.stdout.text())?;
        let verdict = &said["verdicts"][0];
        if verdict["status"] != "passed" {
            return Err(format!("{}: {verdict}", exercise.stem).into());
        }
        let time = |name: &str| Duration::from_millis(verdict[name].as_u64().unwrap_or_default());
        Ok((time("build_ms"), time("run_ms")))
    }
}

/// Another line in the body of the first function.
fn edit(file: &Path) -> Anyhow {
    let text = fs::read_to_string(file)?;
    let is_head =
        |line: &str| line.contains("fn ") && line.ends_with('{') && !line.starts_with("//");
    let at = text.lines().position(is_head).ok_or("there is no function")?;
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(at + 1, "    // An edit.");
    Ok(fs::write(file, lines.join("\n") + "\n")?)
}

/// A folder of rustlings, with `traits1` solved: it has tests.
struct Rustlings {
    program: OsString,
    place: tempfile::TempDir,
}

impl Rustlings {
    /// None, where it is not installed.
    fn new() -> Anyhow<Option<Rustlings>> {
        let program = OsString::from("rustlings");
        let place = tempfile::tempdir()?;
        if Program::new(&program).arg("--version").run(LIMIT).is_err() {
            println!("rustlings is not there: cargo install rustlings --version 6.5.0");
            return Ok(None);
        }
        let init = Program::new(&program).arg("init").dir(place.path()).run(LIMIT)?;
        let rustlings = Rustlings { program, place };
        let root = rustlings.root();
        let solved = root.join("solutions/15_traits/traits1.rs");
        if let Err(error) = fs::copy(solved, rustlings.file()) {
            return Err(format!("rustlings init: {error}\n{}", init.stderr.text()).into());
        }
        rustlings.run()?;
        Ok(Some(rustlings))
    }

    fn root(&self) -> PathBuf {
        self.place.path().join("rustlings")
    }

    fn file(&self) -> PathBuf {
        self.root().join("exercises/15_traits/traits1.rs")
    }

    fn run(&self) -> Anyhow<Duration> {
        edit(&self.file())?;
        let program = Program::new(&self.program).args(["run", "traits1"]).dir(&self.root());
        let began = Instant::now();
        let ran = program.run(LIMIT)?;
        let time = began.elapsed();
        if !ran.success() {
            return Err(format!("rustlings: {}", ran.stdout.text()).into());
        }
        Ok(time)
    }
}
