//! The engine holds: whatever an answer tries, it does not pass, its run ends in time, it leaves
//! nothing behind, and it changes no other verdict.
//!
//! An answer in `tests/hostile` says in its first two lines what it tries and how that may end. A
//! third may give the command line of processes that would tell in no other way whose they are. As
//! in `tests/answers`, all of them are compiled into this one program. One that kills whoever
//! grades it (`expect: killed`) is graded by a process that may be lost.

#![allow(clippy::duplicate_mod, reason = "hostile answers borrow what is right from the solution")]

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use pglings::exercise::exercise;
use pglings::grade::answer::AnswerProgram;
use pglings::grade::verdict::{Status, Verdict};
use pglings::grade::{self, Purpose, RUN_LIMIT};
use pglings::postgres::database::Databases;
use pglings::postgres::needs::Needs;
use pglings::postgres::servers::Servers;
use pglings::process::Program;
use postgres::Client;

include!(concat!(env!("OUT_DIR"), "/hostile.rs"));

/// One answer to one exercise.
struct Answer {
    stem: &'static str,
    /// The file's name, or `solution`.
    label: &'static str,
    text: &'static str,
    main: fn() -> ExitCode,
}

impl Answer {
    fn id(&self) -> String {
        format!("{}::{}", self.stem, self.label)
    }

    /// The statuses that its second line allows.
    fn expected(&self) -> Vec<&'static str> {
        let second = self.text.lines().nth(1).unwrap_or_default();
        second.strip_prefix("//! expect: ").map(|all| all.split('|').collect()).unwrap_or_default()
    }

    /// The deadline: a learner's, unless it may come to that. Such an answer is waited for, so it
    /// has less; and less still where there is nothing else that it can come to. With less, others
    /// would be late on a busy machine.
    fn limit(&self) -> Duration {
        match self.expected().as_slice() {
            ["timed_out"] => Duration::from_secs(2),
            others if others.contains(&"timed_out") => Duration::from_secs(4),
            _ => RUN_LIMIT,
        }
    }

    /// A command line that only its processes have, if its third line gives one.
    fn command(&self) -> Option<&'static str> {
        self.text.lines().nth(2)?.strip_prefix("//! leaves: ")
    }
}

/// How long after its deadline a run may end.
const GRACE: Duration = Duration::from_secs(2);

/// How long what a run has left is given to be gone.
const PATIENCE: Duration = Duration::from_secs(6);

/// How many databases the grader of a failing answer makes, at the most.
const DATABASES: u32 = 8;

fn main() -> ExitCode {
    let named = |variable: &str| {
        let id = std::env::var(variable).ok()?;
        ANSWERS.iter().find(|answer| answer.id() == id)
    };
    if let Some(answer) = named("PGLINGS_ANSWER") {
        return (answer.main)();
    }
    if let Some(answer) = named("PGLINGS_HOSTILE_JUDGE") {
        return match Setting::new(answer).and_then(|setting| run(answer, &setting.databases)) {
            Ok(verdict) => {
                println!("{}", word(verdict.status));
                ExitCode::SUCCESS
            }
            Err(_) => ExitCode::FAILURE,
        };
    }
    // The server stays up while trials come and go.
    let servers = Servers::from_env().expect("PGLINGS_SERVER names a source").in_memory();
    let _server = servers.get(&Needs::NOTHING);
    let hostile = ANSWERS.iter().filter(|answer| answer.label != "solution");
    let trials = hostile.map(|answer| Trial::test(answer.id(), move || judge(answer))).collect();
    let mut arguments = Arguments::from_args();
    // Many of them wait for their deadline and do nothing else.
    arguments.test_threads.get_or_insert(10);
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(_server);
    drop(servers);
    conclusion.exit_code()
}

/// Databases under a key that is this trial's alone, so that what is left can be told.
struct Setting {
    databases: std::sync::Arc<Databases>,
    _servers: Servers,
}

impl Setting {
    fn new(answer: &Answer) -> Result<Setting, Failed> {
        let exercise = exercise(answer.stem).ok_or("there is no such exercise")?;
        let servers = Servers::from_env()?.in_memory();
        let databases = servers.get(&grade::grader_of(exercise).needs)?;
        Ok(Setting { databases, _servers: servers })
    }
}

fn run(answer: &Answer, databases: &Databases) -> Result<Verdict, Failed> {
    let exercise = exercise(answer.stem).ok_or("there is no such exercise")?;
    let own = std::env::current_exe()?;
    let program = || {
        let program = Program::new(&own).clear_env();
        Ok(AnswerProgram::of(program.env("PGLINGS_ANSWER", answer.id())))
    };
    let grader = grade::graders::of(exercise);
    Ok(grade::run(answer.limit(), Purpose::Learning, exercise, grader, &program, databases)?)
}

fn word(status: Status) -> String {
    let word = serde_json::to_value(status).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn judge(answer: &'static Answer) -> Result<(), Failed> {
    let expected = answer.expected();
    if expected.is_empty() || expected.contains(&"passed") {
        return Err("its second line has to be `//! expect: STATUS`, and never passed".into());
    }
    let solution = ANSWERS.iter().find(|a| a.stem == answer.stem && a.label == "solution");
    let solution = solution.ok_or("there is no solution")?;
    let mut faults = Vec::new();

    let setting = Setting::new(answer)?;
    let databases = &setting.databases;
    // It goes by our key, so that no other trial takes what we have left for its own to sweep.
    let key = databases.key().to_owned();
    let mut witness = databases.server.address.named(&format!("pglings_{key}")).connect()?;

    let (ended, beside) = thread::scope(|scope| {
        let beside = scope.spawn(|| run(solution, databases));
        let ended = if expected == ["killed"] { lost(answer) } else { graded(answer, databases) };
        (ended, beside.join())
    });
    let ended = ended?;
    let beside = beside.map_err(|_| "the grading beside it panicked")??;
    let after = run(solution, databases)?;
    for (when, verdict) in [("at the same time", &beside), ("right afterwards", &after)] {
        if verdict.status != Status::Passed {
            faults.push(format!("an honest answer graded {when} was judged {}", told(verdict)));
        }
    }
    if !expected.contains(&ended.word.as_str()) {
        faults.push(format!("expected {}, and it was {}", expected.join(" or "), ended.told));
    }
    // The machine's share is measured by the honest answers, whose grading makes one database.
    let machine = beside.run.max(after.run) * DATABASES;
    if ended.run > answer.limit() + GRACE + machine {
        faults.push(format!("it ended after {:?} (honest answers took {machine:?})", ended.run));
    }
    drop(setting);
    faults.extend(left_running(answer));
    faults.extend(left_on_the_server(&mut witness, &key)?);
    if std::env::var_os("PGLINGS_HOSTILE_TOLD").is_some() {
        eprintln!("{}: {:?} {}", answer.id(), ended.run, ended.told);
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

/// How a hostile run came to its end.
struct Ended {
    word: String,
    told: String,
    run: Duration,
}

fn graded(answer: &Answer, databases: &Databases) -> Result<Ended, Failed> {
    let verdict = run(answer, databases)?;
    let (word, told) = (word(verdict.status), told(&verdict));
    Ok(Ended { word, told, run: verdict.run })
}

/// Has it graded by a process of its own, which is expected to come to a bad end. The next command
/// sweeps up after it; here that is [`Setting::new`].
fn lost(answer: &Answer) -> Result<Ended, Failed> {
    let began = Instant::now();
    let judge = Program::new(std::env::current_exe()?).env("PGLINGS_HOSTILE_JUDGE", answer.id());
    let finished = judge.run(RUN_LIMIT * 2)?;
    let run = began.elapsed();
    let said = finished.stdout.text().trim().to_owned();
    let word = if finished.success() { said.clone() } else { "killed".to_owned() };
    drop(Setting::new(answer)?);
    Ok(Ended { word, told: format!("{:?}, having said {said:?}", finished.status), run })
}

fn told(verdict: &Verdict) -> String {
    let failed: Vec<_> = verdict.checks.iter().filter(|check| !check.passed()).collect();
    let output: String = verdict.output.chars().take(300).collect();
    format!("{}: {}\n{failed:#?}\n{output}", word(verdict.status), verdict.message)
}

/// Asks until there is nothing, for so long at the most.
fn until_nothing(
    mut ask: impl FnMut() -> Result<Vec<String>, Failed>,
) -> Result<Vec<String>, Failed> {
    let began = Instant::now();
    loop {
        let found = ask()?;
        if found.is_empty() || began.elapsed() > PATIENCE {
            return Ok(found);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Processes that carry the answer's name, in their environment or their command line, or have the
/// command line that it says. They are ended, so that a fault of ours is not the machine's.
fn left_running(answer: &Answer) -> Vec<String> {
    let found = until_nothing(|| Ok(processes_of(answer))).unwrap_or_default();
    for process in &found {
        if let Some(pid) = process.split(' ').next() {
            let _ = Program::new("kill").args(["-9", pid]).run(PATIENCE);
        }
    }
    found.into_iter().map(|process| format!("a process is left: {process}")).collect()
}

fn processes_of(answer: &Answer) -> Vec<String> {
    let id = answer.id();
    let mine = std::process::id().to_string();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let pid = entry.file_name().to_string_lossy().into_owned();
        if !pid.starts_with(|first: char| first.is_ascii_digit()) || pid == mine {
            continue;
        }
        let read = |name: &str| std::fs::read(entry.path().join(name)).unwrap_or_default();
        let command = String::from_utf8_lossy(&read("cmdline")).replace('\0', " ");
        let environment = read("environ");
        let mut variables = environment.split(|byte| *byte == 0);
        let answers = format!("PGLINGS_ANSWER={id}");
        if variables.any(|variable| variable == answers.as_bytes())
            || command.contains(&id)
            || answer.command().is_some_and(|known| command.trim_end() == known)
        {
            found.push(format!("{pid} {command}"));
        }
    }
    found
}

/// Databases and roles under this key, and sessions of roles that are gone.
fn left_on_the_server(witness: &mut Client, key: &str) -> Result<Vec<String>, Failed> {
    let names = format!("pglings\\_r\\_{key}\\_%");
    until_nothing(|| {
        let rows = witness.query(
            "SELECT 'the database ' || datname FROM pg_database WHERE datname LIKE $1
             UNION ALL SELECT 'the role ' || rolname FROM pg_roles WHERE rolname LIKE $1
             UNION ALL SELECT 'a session: ' || left(query, 100) FROM pg_stat_activity
             WHERE usesysid IS NOT NULL AND usesysid NOT IN (SELECT oid FROM pg_roles)
             UNION ALL SELECT 'a superuser: ' || rolname FROM pg_roles
             WHERE rolsuper AND rolname LIKE 'pglings\\_hostile%'",
            &[&names],
        )?;
        Ok(rows
            .iter()
            .map(|row| format!("left on the server: {}", row.get::<_, String>(0)))
            .collect())
    })
}
