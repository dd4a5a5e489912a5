//! What ends with a contained program, and what stays.

use super::super::Program;
use super::*;

/// The command lines of processes that end in this argument.
fn alive(argument: &str) -> usize {
    let line = |process: &Process| {
        let line = fs::read(format!("/proc/{}/cmdline", process.pid)).unwrap_or_default();
        line.strip_suffix(&[0]).is_some_and(|line| line.ends_with(argument.as_bytes()))
    };
    processes().iter().filter(|process| !process.ended && line(process)).count()
}

fn shell(script: &str) -> Program {
    Program::new("sh").args(["-c", script])
}

/// Starts what `pg_ctl` starts: a session of its own that outlives it and is in a pid file.
fn serve(file: &Path, seconds: &str) {
    let file_name = file.display();
    let server = format!("echo $$ > {file_name}; exec sleep {seconds}");
    let script = format!(
        "setsid env -i sh -c '{server}' >/dev/null 2>&1 </dev/null &
         until [ -s {file_name} ]; do sleep 0.01; done"
    );
    let started = shell(&script).server(file.to_owned()).run(Duration::from_secs(10)).unwrap();
    assert!(started.success(), "{started:?}");
}

/// An argument of `sleep` that no other test has, in this process or in another: ten minutes, should
/// it be left behind.
fn seconds(number: u32) -> String {
    format!("600.{:08}{number}", own())
}

#[test]
fn orphans_end_and_servers_and_other_children_stay() {
    let folder = tempfile::tempdir().unwrap();
    let (early, late) = (folder.path().join("early.pid"), folder.path().join("late.pid"));
    serve(&early, &seconds(1));
    let mut beside = shell(&format!("exec sleep {}", seconds(2))).start().unwrap();
    let mut other = shell(&format!("exec sleep {}", seconds(3))).contained().start().unwrap();
    // Now orphans come to us, servers among them.
    serve(&late, &seconds(4));
    let orphan = seconds(5);
    let orphan = format!("(setsid env -i sleep {orphan} >/dev/null 2>&1 </dev/null &) & exit 3");
    let mut running = shell(&orphan).contained().start().unwrap();
    assert_eq!(running.wait(LINGER).and_then(|status| status.code()), Some(3));
    let began = Instant::now();
    while alive(&seconds(5)) == 0 && began.elapsed() < LINGER {
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(alive(&seconds(5)), 1);
    running.end();
    assert_eq!(alive(&seconds(5)), 0);
    for number in 1..=4 {
        assert_eq!(alive(&seconds(number)), 1, "{number}");
    }
    other.end();
    assert_eq!((alive(&seconds(2)), alive(&seconds(3))), (1, 0));
    beside.end();
    assert_eq!(alive(&seconds(2)), 0);

    // A server that was killed is gone for whoever asks by its number, as `pg_ctl` does.
    let pid = server(&late).and_then(Pid::from_raw).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    while alive(&seconds(4)) > 0 {
        thread::sleep(Duration::from_millis(1));
    }
    assert!(shell("exit 0").run(LINGER).unwrap().success());
    assert!(rustix::process::test_kill_process(pid).is_err());
    kill_process(server(&early).and_then(Pid::from_raw).unwrap(), Signal::KILL).unwrap();
}
