//! Servers come and go: by themselves, at a URL, two at once, and none left behind.

use std::path::PathBuf;

use crate::world::{QUIET, Ran, WORLD, World};

/// A home that no other test uses.
fn home(name: &str) -> PathBuf {
    let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&home).unwrap();
    home
}

impl World {
    fn at(&self, home: &std::path::Path, args: &[&str]) -> Ran {
        Ran::of(self.command(home).args(args).output().unwrap())
    }
}

#[test]
fn a_lesson_brings_its_server_and_leaves_none() {
    let home = home("home-alone");
    let ran = WORLD.at(&home, &["lesson", "7", "--no-pause"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("Server: PostgreSQL"), "{ran:?}");
    assert!(ran.stdout.contains("Your turn"), "{ran:?}");
    let status = WORLD.at(&home, &["server", "status"]);
    assert!(status.stdout.contains("not running"), "{status:?}");
    assert!(!status.stdout.contains("running at"), "{status:?}");
    assert_eq!(WORLD.at(&home, &["server", "url"]).code, 3);
}

#[test]
fn two_lessons_at_once_share_one_server() {
    let home = home("home-shared");
    let start = || {
        WORLD
            .command(&home)
            .args(["lesson", "7", "--no-pause"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let both: Vec<_> = (0..4).map(|_| start()).collect();
    for child in both {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let status = WORLD.at(&home, &["server", "status"]);
    assert!(!status.stdout.contains("running at"), "{status:?}");
}

#[test]
fn a_server_of_your_own_is_used_and_left_as_it_was() {
    let home = home("home-owner");
    assert_eq!(WORLD.at(&home, &["server", "start"]).code, 0);
    let url = WORLD.at(&home, &["server", "url"]).stdout.trim().to_owned();
    let listing = || {
        let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        let sql = "SELECT datname::text FROM pg_database WHERE datname LIKE 'pglings\\_r\\_%'
                   UNION ALL
                   SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'pglings\\_r\\_%'";
        client.query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect::<Vec<String>>()
    };
    let guest = self::home("home-guest");
    let output = WORLD
        .command(&guest)
        .env("DATABASE_URL", &url)
        .args(["lesson", "7", "--no-pause"])
        .output();
    let ran = Ran::of(output.unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("which DATABASE_URL names"), "{ran:?}");
    let password = url.split(':').nth(2).unwrap().split('@').next().unwrap();
    assert!(!ran.stderr.contains(password) && !ran.stdout.contains(password), "{ran:?}");
    assert_eq!(listing(), Vec::<String>::new());
    let ran = WORLD.at(&home, &["server", "stop"]);
    assert!(ran.stdout.contains("stopped"), "{ran:?}");
    assert!(postgres::Client::connect(&url, postgres::NoTls).is_err());
}

#[test]
fn a_url_that_does_not_answer_is_told_with_what_to_do() {
    let url = "postgres://nobody:hidden-word@127.0.0.1:1/nowhere";
    for args in
        [&["lesson", "7", "--no-pause"][..], &["lesson", "7", "--no-pause", "--server", url]]
    {
        let output = WORLD.command(&WORLD.home).env("DATABASE_URL", url).args(args).output();
        let ran = Ran::of(output.unwrap());
        assert_eq!(ran.code, 3, "{ran:?}");
        assert!(ran.stderr.contains("cannot be used") && ran.stderr.contains("unset"), "{ran:?}");
        assert!(!ran.stderr.contains("hidden-word"), "{ran:?}");
    }
}

#[test]
fn a_server_older_than_14_is_refused_with_a_sentence() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://ada@{}/ada", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for session in listener.incoming() {
            old::serve(session.unwrap());
        }
    });
    let ran = WORLD.at(&WORLD.home, &["lesson", "7", "--no-pause", "--server", &url]);
    assert_eq!(ran.code, 3, "{ran:?}");
    let sentence = "runs PostgreSQL 13; the workbook needs 14 or newer";
    assert!(ran.stderr.contains(sentence), "{ran:?}");
}

/// A server that is PostgreSQL 13 to whoever asks, whatever they ask.
mod old {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    /// A message of the protocol: its kind, and its length with the four bytes that it takes.
    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[kind][..], &length, body].concat()
    }

    fn body(session: &mut TcpStream) -> Option<Vec<u8>> {
        let mut length = [0; 4];
        session.read_exact(&mut length).ok()?;
        let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
        session.read_exact(&mut body).ok()?;
        Some(body)
    }

    /// What it says of itself: its process, its version, whether it is read-only, whether its guest
    /// may create databases and roles, and for how many sessions there is room.
    const ROW: [&str; 8] = ["13", "130004", "f", "t", "t", "f", "-1", "97"];

    fn column(index: u8) -> Vec<u8> {
        [&[b'a' + index, 0, 0, 0, 0, 0, 0, 0][..], &25_u32.to_be_bytes(), &[0xff; 6], &[0; 2]]
            .concat()
    }

    fn value(text: &str) -> Vec<u8> {
        [&u32::try_from(text.len()).unwrap().to_be_bytes()[..], text.as_bytes()].concat()
    }

    pub(super) fn serve(mut session: TcpStream) {
        let ready = message(b'Z', b"I");
        // The request for TLS is answered by a byte; it has the code for it as its body.
        while body(&mut session).is_some_and(|start| start == 80_877_103_u32.to_be_bytes()) {
            session.write_all(b"N").unwrap();
        }
        let process = message(b'K', &[0, 0, 0, 13, 0, 0, 0, 0]);
        session.write_all(&[message(b'R', &[0; 4]), process, ready.clone()].concat()).unwrap();
        let mut kind = [0];
        while session.read_exact(&mut kind).is_ok() && body(&mut session).is_some() {
            if kind[0] != b'Q' {
                return;
            }
            let columns: Vec<u8> = (0..8).flat_map(column).collect();
            let values: Vec<u8> = ROW.into_iter().flat_map(value).collect();
            let answer = [
                message(b'T', &[&[0, 8][..], &columns].concat()),
                message(b'D', &[&[0, 8][..], &values].concat()),
                message(b'C', b"SELECT 1\0"),
                ready.clone(),
            ];
            session.write_all(&answer.concat()).unwrap();
        }
    }
}

#[test]
fn no_server_is_a_verdict_and_does_not_touch_progress() {
    let _desk = WORLD.answer(
        "07_insert",
        &pglings::exercise::exercise("7").unwrap().solution.replace("// Only", "//"),
    );
    let output = WORLD
        .command(&WORLD.home)
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nowhere")
        .args(["check", "7", "--json"])
        .output();
    let ran = Ran::of(output.unwrap());
    assert_eq!(
        (ran.code, &ran.json()["verdicts"][0]["status"]),
        (3, &"no_server".into()),
        "{ran:?}"
    );
    assert_eq!(WORLD.status_of_7(), "begun");
}

#[test]
#[cfg(unix)]
fn a_server_that_was_orphaned_is_adopted() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    let home = home("home-orphan");
    // A lesson that waits at its first key; it is killed there and cannot put anything away.
    let mut child = WORLD
        .command(&home)
        .args(["lesson", "7", "--no-pause"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let ran = WORLD.at(&home, &["lesson", "7", "--no-pause"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let status = WORLD.at(&home, &["server", "status"]);
    assert!(!status.stdout.contains("running at"), "{status:?}");
}

#[test]
#[cfg(unix)]
fn a_server_that_goes_away_in_mid_check_is_nobodys_fault() {
    let home = home("home-lost");
    assert_eq!(WORLD.at(&home, &["server", "start"]).code, 0);
    let url = WORLD.at(&home, &["server", "url"]).stdout.trim().to_owned();
    let solution = pglings::exercise::exercise("7").unwrap().solution;
    let sleeping = solution.replacen(
        "    let row = client.query_one(",
        "    client.batch_execute(\"SELECT pg_sleep(9)\")?;\n    let row = client.query_one(",
        1,
    );
    let _desk = WORLD.answer("07_insert", &sleeping);
    let mut check = WORLD.command(&home);
    let check = check
        .args(["check", "7", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    let asleep = "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    while client.query(asleep, &[]).unwrap().is_empty() {
        std::thread::yield_now();
    }
    let data: String = client.query_one("SHOW data_directory", &[]).unwrap().get(0);
    let pid = std::fs::read_to_string(format!("{data}/postmaster.pid")).unwrap();
    #[allow(clippy::disallowed_methods, reason = "ends a server that this test has started")]
    let killed = std::process::Command::new("kill")
        .args(["-QUIT", pid.lines().next().unwrap()])
        .status()
        .unwrap();
    assert!(killed.success());
    let ran = Ran::of(check.wait_with_output().unwrap());
    assert_eq!(
        (ran.code, &ran.json()["verdicts"][0]["status"]),
        (3, &"no_server".into()),
        "{ran:?}"
    );
    assert_eq!(WORLD.status_of_7(), "begun");
    // The next command starts it again, and the last one out stops it.
    assert_eq!(WORLD.at(&home, &["lesson", "7", "--no-pause"]).code, 0);
    WORLD.at(&home, &["server", "stop"]);
}

#[test]
#[cfg(unix)]
fn ctrl_c_while_the_server_starts_leaves_none() {
    use rustix::process::{Pid, Signal, kill_process};
    let home = home("home-early");
    assert_eq!(WORLD.at(&home, &["lesson", "7", "--no-pause"]).code, 0);
    let clusters = pglings::home::Home::at(&home).unwrap().data;
    let cluster = |entry: &std::fs::DirEntry| entry.path().join("data/postmaster.pid").exists();
    for _ in 0..3 {
        let mut lesson = WORLD.command(&home);
        lesson.args(["lesson", "7", "--no-pause"]);
        lesson.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut lesson = lesson.spawn().unwrap();
        // The server has begun, and nobody knows yet whether it lets anybody in.
        while !std::fs::read_dir(&clusters).unwrap().flatten().any(|entry| cluster(&entry)) {
            assert!(lesson.try_wait().unwrap().is_none(), "it starts none");
        }
        kill_process(Pid::from_child(&lesson), Signal::INT).unwrap();
        assert_eq!(lesson.wait().unwrap().code(), Some(130));
        let status = WORLD.at(&home, &["server", "status"]);
        assert!(!status.stdout.contains("running at"), "{status:?}");
    }
}

/// Databases of checks are in memory, which goes with the machine. What leads there stays on the disk.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "wants 4 GB of room in /dev/shm; .ci/run does it"]
fn what_was_in_memory_is_made_again_and_nothing_stays_there() {
    let seat = crate::watch::desk(pglings::exercise::exercise("7").unwrap().solution);
    let home = home("home-memory");
    let check = || {
        let ran = QUIET.at(&home, &["check", "7", "--json"]);
        assert_eq!(
            (ran.code, &ran.json()["verdicts"][0]["status"]),
            (0, &"passed".into()),
            "{ran:?}"
        );
    };
    check();
    let url = QUIET.at(&home, &["server", "start"]);
    assert_eq!(url.code, 0, "{url:?}");
    let url = QUIET.at(&home, &["server", "url"]).stdout;
    let mut client = postgres::Client::connect(url.trim(), postgres::NoTls).unwrap();
    let sql =
        "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'pglings_memory'";
    let place: String = client.query_one(sql, &[]).unwrap().get(0);
    let place = PathBuf::from(place);
    assert!(place.starts_with("/dev/shm"), "{}", place.display());
    // An answer that fails is kept, on the disk.
    std::fs::write(seat.path(), crate::watch::with_body("    Ok(4711)")).unwrap();
    assert_eq!(QUIET.at(&home, &["check", "7"]).code, 1);
    let sql = "SELECT spcname FROM pg_database d JOIN pg_tablespace t ON t.oid = dattablespace
               WHERE datname = 'pglings_kept_07_insert'";
    assert_eq!(client.query_one(sql, &[]).unwrap().get::<_, String>(0), "pg_default");
    drop(client);
    assert_eq!(QUIET.at(&home, &["server", "stop"]).code, 0);
    assert!(!place.exists(), "{}", place.display());
    std::fs::write(seat.path(), pglings::exercise::exercise("7").unwrap().solution).unwrap();
    check();
    assert!(!place.exists(), "{}", place.display());
}
