//! What other users of the machine can reach, and where secrets show: on Linux, which lets a test
//! look. As root it also tries as another user.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

#[path = "security/machine.rs"]
mod machine;

use std::fs;
use std::os::unix::fs::MetadataExt;

use machine::{Machine, Running};
use postgres::{Client, NoTls};

/// A user that nothing of ours belongs to.
const STRANGER: u32 = 4_711;

/// One server for all of it: each test would wait for its own.
#[test]
fn a_private_cluster_is_closed_to_others_and_tells_no_password() {
    let machine = Machine::new();
    let server = machine.server();
    files_are_closed(&machine);
    only_the_password_opens(&server);
    strangers_get_nowhere(&machine, &server);
    loopback_only(&server);
    nothing_shows_the_password(&machine, &server);
}

/// Every cluster's folder is closed, and so is the password in it.
fn files_are_closed(machine: &Machine) {
    let clusters: Vec<_> = fs::read_dir(machine.data()).unwrap().map(|e| e.unwrap()).collect();
    assert!(!clusters.is_empty());
    for cluster in clusters {
        let mode = |name: &str| fs::metadata(cluster.path().join(name)).unwrap().mode() & 0o777;
        assert_eq!((mode(""), mode("data"), mode("password")), (0o700, 0o700, 0o600));
        assert_eq!((mode("log"), mode("change.lock") & 0o022), (0o600, 0));
    }
}

/// Without the password, with a wrong one or under another name there is no session.
fn only_the_password_opens(server: &Running) {
    let mut client = Client::connect(&server.url, NoTls).unwrap();
    let rules = "SELECT auth_method, coalesce(address, ''), type FROM pg_hba_file_rules";
    for rule in client.query(rules, &[]).unwrap() {
        let (method, address, kind): (&str, &str, &str) = (rule.get(0), rule.get(1), rule.get(2));
        assert_eq!(method, "scram-sha-256", "{kind} {address}");
        assert!(["", "127.0.0.1", "::1"].contains(&address), "{kind} {address}");
    }
    let show = |client: &mut Client, name: &str| -> String {
        client.query_one(&format!("SHOW {name}"), &[]).unwrap().get(0)
    };
    assert_eq!(show(&mut client, "listen_addresses"), "127.0.0.1");
    assert_eq!(show(&mut client, "unix_socket_directories"), "");
    let stored = "SELECT coalesce(bool_and(rolpassword LIKE 'SCRAM-SHA-256$%'), true)
                  FROM pg_authid WHERE rolcanlogin";
    assert!(client.query_one(stored, &[]).unwrap().get::<_, bool>(0));
    let port = server.port;
    for login in ["pglings", "postgres", "pglings password=wrong"] {
        let text = format!("host=127.0.0.1 port={port} dbname=postgres user={login}");
        assert!(Client::connect(&text, NoTls).is_err(), "{text}");
    }
}

/// As another user, where we may be one.
fn strangers_get_nowhere(machine: &Machine, server: &Running) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    // Or nothing would be tried.
    assert!(machine.as_user(STRANGER, &["true"]).0);
    for cluster in fs::read_dir(machine.data()).unwrap() {
        let cluster = cluster.unwrap().path();
        for name in
            ["", "password", "log", "data/postmaster.pid", "data/postgresql.conf", "users.lock"]
        {
            let path = cluster.join(name).display().to_string();
            let (opened, said) = machine.as_user(STRANGER, &["cat", &path]);
            assert!(!opened && said.contains("Permission denied"), "{path}: {said}");
        }
    }
    for pid in &server.processes() {
        let environ = format!("/proc/{pid}/environ");
        let (opened, said) = machine.as_user(STRANGER, &["cat", &environ]);
        assert!(!opened || said.is_empty(), "{environ}");
    }
}

/// The server listens on 127.0.0.1 and nowhere else.
fn loopback_only(server: &Running) {
    let listening: Vec<_> =
        server.processes().iter().flat_map(|pid| machine::listens(*pid)).collect();
    assert!(listening.contains(&format!("0100007F:{:04X}", server.port)), "{listening:?}");
    assert!(listening.iter().all(|address| address.starts_with("0100007F:")), "{listening:?}");
}

/// Nor does anything else while a lesson runs; and no process, no output and no log tells the
/// password.
fn nothing_shows_the_password(machine: &Machine, server: &Running) {
    let (mut seen, mut told) = (0, Vec::new());
    // A lesson is soon over.
    while seen < 6 {
        let mut lesson = machine.command(&["lesson", "7", "--no-pause", "--echo"]).spawn().unwrap();
        while lesson.try_wait().unwrap().is_none() {
            let mut pids = machine::family(lesson.id());
            pids.extend(server.processes());
            for pid in pids {
                let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                let line = String::from_utf8_lossy(&line).replace('\0', " ");
                assert!(!line.contains(&server.password), "{line}");
                assert!(!line.contains("postgres://"), "{line}");
                let listening = machine::listens(pid);
                assert!(
                    listening.iter().all(|at| at.starts_with("0100007F:")),
                    "{line} {listening:?}"
                );
            }
            seen += 1;
        }
        let said = lesson.wait_with_output().unwrap();
        assert!(said.status.success());
        told.extend([said.stdout, said.stderr]);
    }
    let wrong = format!("postgres://pglings:{}@127.0.0.1:1/x", server.password);
    let crooked = format!("pglings:{}@127.0.0.1:{}/x", server.password, server.port);
    for words in [
        &["doctor"][..],
        &["list", "--json"],
        &["server", "status"],
        &["--server", &wrong, "lesson", "7", "--no-pause"],
        &["--server", &crooked, "lesson", "7", "--no-pause"],
        &["--help"],
    ] {
        let output = machine.command(words).output().unwrap();
        told.extend([output.stdout, output.stderr]);
    }
    let crooked =
        machine.command(&["check", "7"]).env("PGLINGS_SERVER", &crooked).output().unwrap();
    told.extend([crooked.stdout, crooked.stderr]);
    for cluster in fs::read_dir(machine.data()).unwrap() {
        let cluster = cluster.unwrap().path();
        told.push(fs::read(cluster.join("log")).unwrap_or_default());
        told.push(fs::read(cluster.join("log.old")).unwrap_or_default());
    }
    for text in told {
        let text = String::from_utf8_lossy(&text);
        assert!(!text.contains(&server.password), "{text}");
    }
}
