//! The compose file, with a real engine: each test has a project of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A workbook's folder with a compose file, and a home.
struct Project {
    dir: tempfile::TempDir,
}

/// What a command came to.
#[derive(Debug)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Project {
    /// The workbook's own file on a free port, with one more change.
    fn new(from: &str, to: &str) -> Project {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        // Compose names the project after the folder.
        let dir = tempfile::Builder::new().prefix("pglings-docker-").tempdir().unwrap();
        fs::create_dir(dir.path().join("exercises")).unwrap();
        let exercises = root.join("exercises/Cargo.toml");
        fs::copy(exercises, dir.path().join("exercises/Cargo.toml")).unwrap();
        let text = fs::read_to_string(root.join("docker-compose.yml")).unwrap();
        assert!(text.contains(from), "{from}");
        let text = text.replace(from, to).replace("127.0.0.1:5433:", "127.0.0.1::");
        fs::write(dir.path().join("docker-compose.yml"), text).unwrap();
        Project { dir }
    }

    fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pglings"));
        command.current_dir(self.dir.path()).args(args);
        command.env("PGLINGS_HOME", self.home()).env("PGLINGS_SERVER", "docker");
        command.env("DATABASE_URL", "").env("NO_COLOR", "1");
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args))
    }

    /// Compose as a learner calls it.
    fn compose(&self, args: &[&str]) -> Ran {
        let plugin = Command::new("docker").args(["compose", "version"]).output();
        let mut command = match plugin.is_ok_and(|output| output.status.success()) {
            true => Command::new("docker"),
            false => Command::new("docker-compose"),
        };
        if command.get_program() == "docker" {
            command.arg("compose");
        }
        command.current_dir(self.dir.path()).args(args);
        ran(command)
    }

    fn runs(&self) -> bool {
        let ids = self.compose(&["ps", "--quiet", "postgres"]).stdout;
        ids.lines().any(|id| {
            let mut inspect = Command::new("docker");
            inspect.args(["inspect", "--format", "{{.State.Running}}", id]);
            ran(inspect).stdout.trim() == "true"
        })
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        self.compose(&["down", "--volumes", "--timeout", "5"]);
    }
}

fn ran(mut command: Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a_lesson_starts_it_and_stops_it_and_the_volume_stays() {
    let project = Project::new("POSTGRES_USER: postgres", "POSTGRES_USER: ${WHO:-ada}");
    // Compose resolves its own variables.
    fs::write(project.dir.path().join(".env"), "WHO=grace\n").unwrap();
    let started = project.run(&["server", "start"]);
    assert_eq!(started.code, 0, "{started:?}");
    let url = project.run(&["server", "url"]).stdout.trim().to_owned();
    assert!(url.starts_with("postgres://grace:postgres@127.0.0.1:"), "{url}");
    let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    client.batch_execute("CREATE TABLE stays ()").unwrap();
    drop(client);
    let lesson = project.run(&["lesson", "56", "--no-pause"]);
    assert_eq!(lesson.code, 0, "{lesson:?}");
    assert!(project.runs(), "it was to stay");
    let status = project.run(&["server", "status"]);
    assert!(status.stdout.contains("until stopped"), "{status:?}");
    let stopped = project.run(&["server", "stop"]);
    assert!(stopped.stdout.contains("docker: stopped"), "{stopped:?}");
    assert!(!project.runs());

    // Two at once share it, and the last one out stops it.
    let lessons: Vec<_> = (0..2)
        .map(|_| {
            let mut lesson = project.command(&["lesson", "7", "--no-pause"]);
            lesson.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for lesson in lessons {
        let output = lesson.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(!project.runs());

    // The learner's own start is theirs, and what was in the volume is there.
    let up = project.compose(&["up", "--detach", "postgres"]);
    assert_eq!(up.code, 0, "{up:?}");
    let lesson = project.run(&["lesson", "7", "--no-pause"]);
    assert_eq!(lesson.code, 0, "{lesson:?}");
    assert!(project.runs(), "it ran before");
    let url = project.run(&["server", "url"]).stdout.trim().to_owned();
    let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    client.batch_execute("SELECT FROM stays").unwrap();
    let left = "SELECT FROM pg_database WHERE datname LIKE 'pglings\\_r\\_%'";
    assert!(client.query(left, &[]).unwrap().is_empty());
}

#[test]
fn what_a_killed_start_has_left_is_stopped_by_the_next() {
    let project = Project::new("interval: 2s", "interval: 2s");
    let mut lesson = project.command(&["lesson", "7", "--no-pause"]);
    lesson.stdout(Stdio::null()).stderr(Stdio::null());
    let mut lesson = lesson.spawn().unwrap();
    let began = Instant::now();
    while !project.runs() {
        assert!(began.elapsed() < Duration::from_secs(120), "it does not come up");
    }
    lesson.kill().unwrap();
    lesson.wait().unwrap();
    let again = project.run(&["lesson", "7", "--no-pause"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(!project.runs());
}

#[test]
fn what_does_not_start_is_told_with_the_cure_and_does_not_stay() {
    for (from, to, cure) in [
        ("image: pgvector/pgvector:pg17", "image: pglings.invalid/nowhere:0", "pull postgres"),
        (
            "    environment:\n      POSTGRES_USER",
            "    command: [\"sleep\", \"1000\"]\n    environment:\n      POSTGRES_USER",
            "does not answer",
        ),
        (
            "    environment:\n      POSTGRES_USER",
            "    command: [\"false\"]\n    environment:\n      POSTGRES_USER",
            "logs postgres",
        ),
        ("    ports:\n      # On", "    expose:\n      # On", "publishes no port"),
        ("services:", "services: [", "To see all"),
    ] {
        let project = Project::new(from, to);
        let text = fs::read_to_string(project.dir.path().join("docker-compose.yml")).unwrap();
        let quick =
            text.replace("interval: 2s", "interval: 1s").replace("retries: 30", "retries: 2");
        let quick =
            if to.contains("expose") { quick.replace("127.0.0.1::5432", "5432") } else { quick };
        fs::write(project.dir.path().join("docker-compose.yml"), quick).unwrap();
        let ran = project.run(&["lesson", "7", "--no-pause"]);
        assert_eq!(ran.code, 3, "{ran:?}");
        assert!(ran.stderr.contains(cure), "{cure}: {}", ran.stderr);
        assert!(!project.runs(), "{to}");
    }
}

#[test]
fn a_port_that_is_taken_is_told_with_the_cure() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let to = format!("127.0.0.1:{port}:5432");
    let project = Project::new("127.0.0.1:5433:5432", &to);
    let ran = project.run(&["lesson", "7", "--no-pause"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("under `ports`"), "{}", ran.stderr);
    drop(taken);
    let ran = project.run(&["lesson", "7", "--no-pause"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("in Docker"), "{ran:?}");
}

#[test]
fn a_volume_with_another_password_is_told_with_the_cure() {
    let project = Project::new("interval: 2s", "interval: 2s");
    assert_eq!(project.run(&["server", "start"]).code, 0);
    project.run(&["server", "stop"]);
    let path = project.dir.path().join("docker-compose.yml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("POSTGRES_PASSWORD: postgres", "POSTGRES_PASSWORD: other"))
        .unwrap();
    let ran = project.run(&["server", "start"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("down --volumes"), "{ran:?}");
    assert!(!project.runs());
}
