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

#[test]
fn orphans_end_and_servers_and_other_children_stay() {
    let folder = tempfile::tempdir().unwrap();
    let (early, late) = (folder.path().join("early.pid"), folder.path().join("late.pid"));
    serve(&early, "98701.1");
    let mut beside = shell("exec sleep 98701.2").start().unwrap();
    let mut other = shell("exec sleep 98701.3").contained().start().unwrap();
    // Now orphans come to us, servers among them.
    serve(&late, "98701.4");
    let orphan = "(setsid env -i sleep 98701.5 >/dev/null 2>&1 </dev/null &) & exit 3";
    let mut running = shell(orphan).contained().start().unwrap();
    assert_eq!(running.wait(LINGER).and_then(|status| status.code()), Some(3));
    let began = Instant::now();
    while alive("98701.5") == 0 && began.elapsed() < LINGER {
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(alive("98701.5"), 1);
    running.end();
    assert_eq!(alive("98701.5"), 0);
    for seconds in ["98701.1", "98701.2", "98701.3", "98701.4"] {
        assert_eq!(alive(seconds), 1, "{seconds}");
    }
    other.end();
    assert_eq!((alive("98701.2"), alive("98701.3")), (1, 0));
    beside.end();
    assert_eq!(alive("98701.2"), 0);

    // A server that was killed is gone for whoever asks by its number, as `pg_ctl` does.
    let pid = server(&late).and_then(Pid::from_raw).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    while alive("98701.4") > 0 {
        thread::sleep(Duration::from_millis(1));
    }
    assert!(shell("exit 0").run(LINGER).unwrap().success());
    assert!(rustix::process::test_kill_process(pid).is_err());
    kill_process(server(&early).and_then(Pid::from_raw).unwrap(), Signal::KILL).unwrap();
}
