//! A server stays while answers come and go. `tests/program` has the rest, from outside.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::postgres::binaries::installed;
use crate::process::Program;

/// An answer that ends, and with it all orphans of this process.
fn answer() {
    let orphan = "(setsid env -i sleep 98702 >/dev/null 2>&1 </dev/null &) &";
    let program = Program::new("sh").args(["-c", orphan]).contained();
    assert!(program.run(START_LIMIT).unwrap().success());
}

#[test]
fn a_server_outlives_answers_and_is_started_anew_when_it_was_killed() {
    let Some(binaries) = installed().into_iter().next() else {
        return; // Such a machine has the bundle, which is no business of this test.
    };
    answer();
    let folder = tempfile::tempdir().unwrap();
    let entered_by_all = fs::Permissions::from_mode(0o711);
    fs::set_permissions(folder.path(), entered_by_all).unwrap();
    let data = folder.path().to_owned();
    let server_user = Home::locate().unwrap().server_user;
    let home = Home { cache: data.clone(), data, server_user };
    let cluster = Cluster::new(&home, "test", binaries);

    // It comes to us as an orphan does: answers ran before, and run.
    let lease = cluster.lease(&mut |_| {}).unwrap();
    let mut session = lease.address.connect().unwrap();
    answer();
    assert!(session.batch_execute("SELECT").is_ok());
    assert!(lease.address.connect().is_ok());

    // What it computes there, it goes on computing when its server was killed.
    let computing = lease.address.clone();
    let computing = std::thread::spawn(move || {
        let for_ever = "SELECT count(*) FROM generate_series(1, 1e12)";
        computing.connect().unwrap().batch_execute(for_ever).is_err()
    });
    let busy = "SELECT FROM pg_stat_activity WHERE query LIKE '%1e12)' AND state = 'active'";
    while session.query(busy, &[]).unwrap().is_empty() {}

    let pid = || fs::read_to_string(cluster.pid_file()).unwrap().lines().next().unwrap().to_owned();
    let first = pid();
    assert!(Program::new("kill").args(["-9", &first]).run(START_LIMIT).unwrap().success());
    while lease.address.connect().is_ok() {}
    let again = cluster.lease(&mut |_| {}).unwrap();
    assert!(computing.join().unwrap());
    answer();
    assert!(again.address.connect().is_ok());
    assert_ne!(pid(), first);
    drop(lease);
    drop(again);
    assert!(cluster.running().is_none());

    // Taken by the time the server asks for it.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().map(|address| (taken, address.port())).unwrap();
    let lock = lock_alone(&cluster.dir.join(CHANGE), CHANGING, &mut |_| {}).unwrap();
    assert!(cluster.start(&lock, [taken.1]).unwrap_err().to_string().contains("could not bind"));
    let ports = [taken.1; 2].into_iter().chain(rand::rng().random_iter().map(port));
    let address = cluster.start(&lock, ports).unwrap();
    assert!(address.connect().is_ok());
    cluster.stop(&lock).unwrap();
    assert!(postmaster::processes(&cluster.data()).is_empty());
}
