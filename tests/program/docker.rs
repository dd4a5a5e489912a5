//! Docker as a source, with a `docker` that only pretends to be one: what it refuses is told with
//! the cure, and what pglings starts it stops. `tests/docker.rs` has the real one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::world::{Ran, WORLD};

/// A workbook's folder and a `docker` beside it, which is all that there is on PATH.
struct Desk {
    dir: tempfile::TempDir,
}

/// What an engine says that is there, with its compose.
const THERE: &str = "
case \"$*\" in
  'version '*) echo 28.2.2 ;;
  'compose version --short') echo 2.36.0 ;;
  'image inspect '*) exit 0 ;;
";

impl Desk {
    fn new(docker: &str) -> Desk {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["bin", "exercises", "home"] {
            fs::create_dir(dir.path().join(folder)).unwrap();
        }
        let root = WORLD.root.join("exercises/Cargo.toml");
        fs::copy(root, dir.path().join("exercises/Cargo.toml")).unwrap();
        let compose = concat!(env!("CARGO_MANIFEST_DIR"), "/docker-compose.yml");
        fs::copy(compose, dir.path().join("docker-compose.yml")).unwrap();
        let desk = Desk { dir };
        let path = desk.path("bin/docker");
        fs::write(&path, format!("#!/bin/sh\ncd {}\n{docker}", desk.path("").display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Without PostgreSQL's programs and without Python, so that Docker's turn comes.
    fn run(&self, args: &[&str]) -> Ran {
        let mut command = WORLD.command(&self.path("home"));
        command.current_dir(self.dir.path()).args(args);
        command.env("PATH", self.path("bin")).env("PGLINGS_PG_BIN", self.path("nowhere"));
        Ran::of(command.output().unwrap())
    }
}

#[test]
fn what_docker_refuses_is_told_with_the_cure() {
    let up = |said: &str| format!("{THERE}  'compose up '*) echo '{said}' >&2; exit 1 ;;\nesac");
    for (docker, cure) in [
        (
            "echo 'permission denied while trying to connect to the Docker daemon' >&2; exit 1",
            "sudo usermod --append --groups docker",
        ),
        (
            "echo 'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?' \
             >&2; exit 1",
            "sudo systemctl start docker",
        ),
        ("[ \"$1\" = version ] && echo 28.2.2", "docker-compose-plugin"),
        (&up("Bind for 127.0.0.1:5433 failed: port is already allocated"), "under `ports`"),
        (&up("dial tcp: lookup registry.example: no such host"), "docker compose pull postgres"),
        (&format!("{THERE}\n  'compose up '*) ;; esac"), "docker compose logs postgres"),
    ] {
        let desk = Desk::new(docker);
        let ran = desk.run(&["server", "start", "--server", "docker"]);
        assert_eq!(ran.code, 3, "{ran:?}");
        let line = ran.stderr.lines().find(|line| line.contains("Docker: "));
        assert!(line.is_some_and(|line| line.contains(cure)), "{cure}: {}", ran.stderr);
    }
}

#[test]
fn no_docker_at_all_is_part_of_the_survey() {
    let desk = Desk::new("");
    fs::remove_file(desk.path("bin/docker")).unwrap();
    for args in [&["server", "start"][..], &["doctor"]] {
        let ran = desk.run(args);
        assert_eq!(ran.code, 3, "{ran:?}");
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains("Docker: there is no program `docker`"), "{said}");
    }
}

/// An engine whose container is a server of this machine: it runs when the file `running` is there,
/// and what it was asked to do is in `log`.
fn engine(url: &str) -> String {
    let address: postgres::Config = url.parse().unwrap();
    let password = String::from_utf8(address.get_password().unwrap().to_vec()).unwrap();
    let (user, port) = (address.get_user().unwrap(), address.get_ports()[0]);
    let found = |running: bool| {
        serde_json::json!([{
            "Id": "0123456789abcdef",
            "State": {"Running": running, "StartedAt": "MOMENT"},
            "Config": {"Env": [
                format!("POSTGRES_USER={user}"),
                format!("POSTGRES_PASSWORD={password}"),
                "POSTGRES_DB=postgres",
            ]},
            "NetworkSettings": {"Ports": {
                "5432/tcp": [{"HostIp": "0.0.0.0", "HostPort": port.to_string()}],
            }},
        }])
    };
    format!(
        "{THERE}
  'compose ps '*) echo 0123456789abcdef ;;
  'compose up --detach postgres') echo up >>log; echo first >running ;;
  'stop '*) echo stop >>log; /bin/rm running ;;
  'container inspect '*)
    if read moment <running; then echo '{}' | /bin/sed s/MOMENT/$moment/; else echo '{}'; fi ;;
  *) echo \"unknown: $*\" >>log; exit 1 ;;
esac",
        found(true),
        found(false)
    )
}

#[test]
fn what_pglings_started_it_stops_and_what_ran_before_it_leaves() {
    // The container's server is a private one, which another home keeps.
    let other = tempfile::tempdir().unwrap();
    let at = |args: &[&str]| Ran::of(WORLD.command(other.path()).args(args).output().unwrap());
    assert_eq!(at(&["server", "start"]).code, 0);
    let url = at(&["server", "url"]).stdout.trim().to_owned();
    let desk = Desk::new(&engine(&url));
    let log = || fs::read_to_string(desk.path("log")).unwrap_or_default();
    let lesson = || {
        let ran = desk.run(&["lesson", "7", "--no-pause"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.stderr.contains("in Docker from"), "{ran:?}");
    };
    lesson();
    assert_eq!(log(), "up\nstop\n");

    let ran = desk.run(&["server", "start"]);
    assert!(ran.stdout.contains("It stays until"), "{ran:?}");
    lesson();
    assert_eq!(log(), "up\nstop\nup\n");
    assert!(desk.run(&["server", "status"]).stdout.contains("until stopped"));
    assert_eq!(desk.run(&["server", "url"]).code, 0);
    assert!(desk.run(&["server", "stop"]).stdout.contains("docker: stopped"));
    assert_eq!(log(), "up\nstop\nup\nstop\n");

    // The learner starts the same container themselves.
    fs::write(desk.path("running"), "second\n").unwrap();
    lesson();
    assert_eq!(log(), "up\nstop\nup\nstop\n");
    assert_eq!(desk.run(&["server", "start"]).code, 2);
    assert!(desk.run(&["server", "stop"]).stdout.contains("yours to stop"));
    assert!(desk.path("running").exists());
    // A pglings that was killed while it started one has left it to the next.
    fs::write(desk.path("home/cache/docker/starting"), "").unwrap();
    lesson();
    assert_eq!(log(), "up\nstop\nup\nstop\nstop\n");
    assert_eq!(at(&["server", "stop"]).code, 0);
}
