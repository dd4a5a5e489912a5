//! What an answer gets that reaches for what is not its own: each attempt of `tests/hostile_class/run`
//! as declared, in both sandboxes.

use std::collections::BTreeMap;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::{fs, net, process};

use pglings::class::gradebook::Graded;
use pglings::process::{Program, Running};
use pglings::sandbox::user;

use crate::corpus::{self, File};
use crate::room::Room;

/// What there is to reach for, and the words that stand for it in a probe.
pub(crate) struct Prey {
    words: BTreeMap<&'static str, String>,
    home: tempfile::TempDir,
    _listeners: (net::TcpListener, Option<net::TcpListener>, UnixListener, UnixListener),
    bystanders: [Running; 2],
}

impl Prey {
    pub(crate) fn new(room: &Room, place: usize) -> Prey {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
        fs::create_dir(home.path().join("grades")).unwrap();
        for file in ["secret", "grades/verdicts.jsonl"] {
            fs::write(home.path().join(file), "PGLINGS_TEST_SECRET").unwrap();
        }
        let neighbour = room.desk().join("neighbour");
        fs::create_dir_all(&neighbour).unwrap();
        fs::write(neighbour.join("answer.rs"), "PGLINGS_TEST_SECRET").unwrap();
        let tcp = net::TcpListener::bind("127.0.0.1:0").unwrap();
        let tcp6 = net::TcpListener::bind("[::1]:0").ok();
        let unix = home.path().join("socket");
        let nonce = home.path().file_name().unwrap().to_string_lossy().into_owned();
        let listener = UnixListener::bind(&unix).unwrap();
        fs::set_permissions(&unix, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        let hidden = SocketAddr::from_abstract_name(&nonce).unwrap();
        let hidden = UnixListener::bind_addr(&hidden).unwrap();
        let sleeper = |user| {
            let secret = Program::new("sleep").arg("600").env("PGLINGS_TEST_SECRET", "1");
            secret.user(user).start().unwrap()
        };
        let bystanders = [sleeper(None), sleeper(user(place))];
        let pglings = Path::new(env!("CARGO_BIN_EXE_pglings"));
        let (server, data, postmaster) = room.server();
        let port = |listener: &net::TcpListener| listener.local_addr().unwrap().port().to_string();
        let words = BTreeMap::from([
            ("@home@", home.path().display().to_string()),
            ("@workbook@", env!("CARGO_MANIFEST_DIR").to_owned()),
            ("@target@", pglings.parent().unwrap().display().to_string()),
            ("@pglings@", pglings.display().to_string()),
            ("@desk@", room.desk().display().to_string()),
            ("@grader@", process::id().to_string()),
            ("@bystander@", bystanders[0].pid().to_string()),
            ("@twin@", bystanders[1].pid().to_string()),
            ("@postmaster@", postmaster),
            ("@server@", server),
            ("@data@", data),
            ("@tcp@", port(&tcp)),
            ("@tcp6@", tcp6.as_ref().map_or_else(|| "9".to_owned(), port)),
            ("@unix@", unix.display().to_string()),
            ("@abstract@", nonce.clone()),
            ("@nonce@", nonce),
        ]);
        Prey { words, home, _listeners: (tcp, tcp6, listener, hidden), bystanders }
    }

    pub(crate) fn told(&self, text: &str) -> String {
        self.words.iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
    }

    /// What was done to it all the same.
    fn harmed(&mut self) -> Vec<String> {
        let mut harm = Vec::new();
        for bystander in &mut self.bystanders {
            if bystander.wait(std::time::Duration::ZERO).is_some() {
                harm.push("a process was ended".to_owned());
            }
        }
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &fs::metadata(self.home.path()).unwrap().permissions(),
        );
        if mode & 0o777 != 0o755 {
            harm.push(format!("the home has mode {mode:o}"));
        }
        for place in ["/tmp", "/var/tmp", "/dev/shm"] {
            let path = PathBuf::from(place).join(format!("w{}", self.words["@nonce@"]));
            if path.is_file() {
                harm.push(format!("{} was written", path.display()));
            }
        }
        harm
    }
}

/// What a probe says of each attempt.
fn said(graded: &Graded) -> BTreeMap<&str, &str> {
    graded.output.lines().filter_map(|line| line.split_once(" => ")).collect()
}

fn probe(room: &Room, file: &File) -> Vec<String> {
    let place = room.place();
    let mut prey = Prey::new(room, place);
    let text = prey.told(&corpus::framed(&file.text));
    let graded = room.judge_at(place, &[("07_insert", text)]);
    let graded = &graded["07_insert"];
    let said = said(graded);
    let mut faults = prey.harmed();
    for row in &file.rows {
        let (expected, got) = (row.declared(room.kind()), said.get(row.attempt.as_str()));
        if got != Some(&expected) {
            faults
                .push(format!("{}: {} | expected {expected}, got {got:?}", file.name, row.attempt));
        }
    }
    if said.len() != file.rows.len() {
        faults.push(format!("{}: {graded:#?}", file.name));
    }
    faults
}

fn every_attempt_gets_what_is_declared(room: &Room) {
    let faults: Vec<String> =
        corpus::files("hostile_class/run").iter().flat_map(|file| probe(room, file)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
#[ignore = "wants bubblewrap; .ci/run does it"]
fn in_bubblewrap() {
    every_attempt_gets_what_is_declared(&crate::room::bubblewrap());
}

#[test]
#[ignore = "wants Linux 6.7, for Landlock; .ci/run does it"]
fn behind_landlock() {
    every_attempt_gets_what_is_declared(&crate::room::landlock());
}
