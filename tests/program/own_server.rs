//! A server of the learner's own: used as it is, refused in a sentence, and left as it was.

use std::io::Read;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;

use crate::postgres_server::{Server, free_port};
use crate::world::{Ran, WORLD};

/// With every printable character of ASCII, and what SQL and URLs have to quote.
const PASSWORD: &str = " !\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~ä";

fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("home-own")
}

fn run(url: &str, args: &[&str]) -> Ran {
    Ran::of(WORLD.command(&home()).env("DATABASE_URL", url).args(args).output().unwrap())
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

const LESSON: [&str; 3] = ["lesson", "7", "--no-pause"];

#[test]
#[ignore = "wants PostgreSQL's programs, pgbouncer and openssl; .ci/run does it"]
fn a_role_that_may_only_create_databases_is_enough_and_all_is_left_as_it_was() {
    let server = Server::start(
        "left",
        &["ssl=on", "max_connections=60", "timezone=Asia/Kolkata", "default_tablespace="],
        "hostssl all all all scram-sha-256\nlocal all all scram-sha-256",
    );
    let quoted = PASSWORD.replace('\'', "''").replace(';', "x");
    let password = PASSWORD.replace(';', "x");
    server.sql(&format!(
        "CREATE ROLE ada LOGIN CREATEDB PASSWORD '{quoted}';
         CREATE ROLE \"Bob's role\" LOGIN CREATEDB CREATEROLE CONNECTION LIMIT 10 PASSWORD 'pw';
         CREATE DATABASE \"my \"\"own\"\" db's\" OWNER ada;
         ALTER ROLE ada SET search_path = nowhere;
         ALTER ROLE ada SET datestyle = 'German';
         ALTER ROLE ada SET statement_timeout = '3s'"
    ));
    server
        .boss("my \"own\" db's")
        .batch_execute(
            "CREATE TABLE public.mine AS SELECT 42 AS answer; GRANT ALL ON public.mine TO PUBLIC;
         ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
        )
        .unwrap();
    let before = server.catalog();
    let (port, dir) = (server.port, server.dir.display().to_string());
    let ca = format!("{dir}/ca.crt");
    let database = encoded("my \"own\" db's");
    let ada = format!("ada:{}", encoded(&password));
    let bob = format!("{}:pw", encoded("Bob's role"));
    let words = password.replace('\\', "\\\\").replace('\'', "\\'");
    let urls = [
        format!(
            "postgres://{ada}@localhost:{port}/{database}?sslmode=verify-full&sslrootcert={ca}"
        ),
        format!("postgres://{bob}@127.0.0.1:{port}/{database}"),
        format!(
            "postgresql:///postgres?host={}&port={port}&user=ada&password={}",
            encoded(&dir),
            encoded(&password)
        ),
        format!(
            "host=127.0.0.1,::1 port={},{port} sslmode=verify-ca sslrootcert='{ca}' user=ada \
                 password='{words}' dbname=postgres options='-c work_mem=1MB'",
            free_port()
        ),
    ];
    for url in &urls {
        let ran = run(url, &LESSON);
        assert_eq!(ran.code, 0, "{url}: {}", ran.stderr);
        let told = ran.stderr.contains("may not create roles");
        assert_eq!(told, url.contains("ada"), "{url}: {}", ran.stderr);
        assert_eq!(server.catalog(), before, "{url}");
    }
    cancels(&format!("postgres://{ada}@localhost:{port}/postgres?sslmode=require"));
    let url = format!("postgres://{ada}@localhost:{port}/{database}?sslmode=require");
    judges(&server, &format!("postgres://{bob}@localhost:{port}/{database}"), &url, &before);
    // Killed, and ended by Ctrl-C: the next command takes away what is left.
    for signal in ["-KILL", "-INT"] {
        let mut child = WORLD
            .command(&home())
            .env("DATABASE_URL", &url)
            .args(LESSON)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut first = [0];
        child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
        #[allow(clippy::disallowed_methods, reason = "stops a program that this test has started")]
        let sent =
            std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        drop(child.stdout.take());
        child.wait().unwrap();
        if signal == "-KILL" {
            assert!(!server.ours().is_empty());
            assert_eq!(run(&url, &LESSON).code, 0);
        }
        assert_eq!(server.catalog(), before, "{signal}");
    }
}

/// A wrong answer keeps a database, which goes with the next run, or with `server clean`.
fn judges(server: &Server, bob: &str, ada: &str, before: &[String]) {
    let solution = &pglings::exercise::exercise("7").unwrap().solution;
    let wrong = solution.replace("RETURNING id", "RETURNING id + 1");
    let desk = WORLD.answer("07_insert", &wrong);
    let fails = || {
        let ran = run(bob, &["check", "7"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        let kept = server.ours().into_iter().find(|name| name.starts_with("pglings_kept_07"));
        assert!(ran.stdout.contains(&kept.unwrap()), "{ran:?}");
        assert_eq!(server.ours().len(), 2, "{:?}", server.ours());
    };
    fails();
    std::fs::write(desk.path(), solution.replace("// Only", "//")).unwrap();
    let ran = run(bob, &["check", "7"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(server.catalog(), before);
    std::fs::write(desk.path(), &wrong).unwrap();
    fails();
    assert_eq!(run(bob, &["server", "clean"]).code, 2);
    let ran = run(bob, &["server", "clean", "--yes"]);
    assert!(ran.code == 0 && ran.stdout.contains("pglings_kept_07"), "{ran:?}");
    assert_eq!(server.catalog(), before);
    // The same as a role that cannot make one for each run.
    std::fs::write(desk.path(), solution.replace("// Only", "//")).unwrap();
    let ran = run(ada, &["check", "7"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

/// By way of a tap, which speaks TLS where the client does not.
fn cancels(url: &str) {
    use pglings::postgres::address::Address;
    use pglings::postgres::tap::Tap;
    let address = Address::parse(url).unwrap();
    let tap = Tap::start(address.clone()).unwrap();
    let mut client = address.through(tap.address().port()).connect().unwrap();
    let row = client.query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[]);
    assert!(row.unwrap().get::<_, bool>(0));
    let token = client.cancel_token();
    let asleep = std::thread::spawn(move || client.batch_execute("SELECT pg_sleep(60)"));
    while !asleep.is_finished() {
        token.cancel_query(postgres::NoTls).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let error = asleep.join().unwrap().unwrap_err();
    assert_eq!(error.code(), Some(&postgres::error::SqlState::QUERY_CANCELED));
    assert!(tap.log().cancels() > 0 && tap.log().opaque() == 0);
}

#[test]
#[ignore = "wants PostgreSQL's programs, pgbouncer and openssl; .ci/run does it"]
fn what_is_wrong_with_a_server_is_told_with_the_cure() {
    let server = Server::start(
        "wrong",
        &["ssl=on", "max_connections=30"],
        "hostssl all tls all scram-sha-256\nhost all tls all reject\nhost all barred all reject\n\
         host all all all scram-sha-256",
    );
    server.sql(
        "CREATE ROLE ada LOGIN CREATEDB PASSWORD 'hunter2'; CREATE ROLE poor LOGIN PASSWORD 'hunter2';
         CREATE ROLE tls LOGIN CREATEDB PASSWORD 'hunter2';
         CREATE ROLE few LOGIN CREATEDB CONNECTION LIMIT 3 PASSWORD 'hunter2';
         CREATE ROLE full LOGIN CREATEDB CONNECTION LIMIT 0 PASSWORD 'hunter2';
         CREATE ROLE reader LOGIN CREATEDB PASSWORD 'hunter2';
         ALTER ROLE reader SET default_transaction_read_only = on;
         CREATE DATABASE closed; REVOKE CONNECT ON DATABASE closed FROM PUBLIC",
    );
    let plain = Server::start("plain", &["max_connections=12"], "host all all all trust");
    plain.sql("CREATE ROLE ada LOGIN CREATEDB");
    let (port, other) = (server.port, plain.port);
    let dir = server.dir.display();
    // They take a connection, and say nothing or close it.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mute = silent.local_addr().unwrap().port();
    let closing = TcpListener::bind("127.0.0.1:0").unwrap();
    let shut = closing.local_addr().unwrap().port();
    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let http = web.local_addr().unwrap().port();
    std::thread::spawn(move || closing.incoming().for_each(drop));
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in web.incoming() {
            let mut stream = stream.unwrap();
            let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
            // Closed at once, with something unread, all of it would be lost.
            held.push(stream);
        }
    });
    let here = format!("127.0.0.1:{port}");
    let u = |rest: &str| format!("postgres://{rest}");
    let table = [
        ("hunter2".to_owned(), 2, "postgres://USER:PASSWORD@HOST"),
        ("mysql://ada:hunter2@h/d".to_owned(), 2, "begins with mysql://"),
        (u("ada:hunter2@h:five/d"), 2, "its port is not a number"),
        (u("ada:hun@ter2@h/d"), 2, "%40"),
        (u("ada:hunter2@h/d?sslmode=perhaps"), 2, "verify-full"),
        ("host=h password=hun ter2".to_owned(), 2, "single quotes"),
        (u(&format!("ada:hunter2@127.0.0.1:{}/postgres", free_port())), 3, "nobody listens at 127"),
        (u("ada:hunter2@no.such.host.invalid/postgres"), 3, "Correct the host"),
        (u(&format!("ada:wrong-hunter2@{here}/postgres")), 3, "28P01"),
        (u(&format!("ada@{here}/postgres")), 3, "asks for a password"),
        (
            u(&format!("ada:hunter2@{here}/nowhere")),
            3,
            "or write postgres, which most servers have",
        ),
        (u(&format!("ada:hunter2@{here}/closed")), 3, "GRANT CONNECT ON DATABASE \"closed\""),
        (u(&format!("nobody:hunter2@127.0.0.1:{other}/postgres")), 3, "CREATE ROLE \"nobody\""),
        (u(&format!("barred:hunter2@{here}/postgres")), 3, "pg_hba.conf"),
        (u(&format!("tls:hunter2@{here}/postgres?sslmode=disable")), 3, "sslmode=require"),
        (u(&format!("ada:hunter2@127.0.0.1:{other}/postgres?sslmode=require")), 3, "has no TLS"),
        (
            u(&format!(
                "ada:hunter2@localhost:{port}/postgres?sslmode=verify-full&sslrootcert={dir}/other.crt"
            )),
            3,
            "sslrootcert=",
        ),
        (
            u(&format!(
                "ada:hunter2@[::1]:{port}/postgres?sslmode=verify-full&sslrootcert={dir}/ca.crt"
            )),
            3,
            "verify-ca",
        ),
        (
            u(&format!("ada:hunter2@{here}/postgres?sslmode=verify-full&sslrootcert=/nowhere.crt")),
            3,
            "/nowhere.crt",
        ),
        (u(&format!("poor:hunter2@{here}/postgres")), 3, "ALTER ROLE \"poor\" CREATEDB"),
        (u(&format!("few:hunter2@{here}/postgres")), 3, "CONNECTION LIMIT 20"),
        (u(&format!("full:hunter2@{here}/postgres")), 3, "All its connections are taken"),
        (u(&format!("reader:hunter2@{here}/postgres")), 3, "can only be read"),
        (u(&format!("ada:hunter2@127.0.0.1:{other}/postgres")), 3, "raise max_connections"),
        (
            u(&format!("ada:hunter2@127.0.0.1:{mute}/postgres?connect_timeout=1")),
            3,
            "no answer from",
        ),
        (
            u(&format!("ada:hunter2@127.0.0.1:{mute}/postgres?connect_timeout=1&sslmode=disable")),
            3,
            "said nothing for 1 s",
        ),
        (u(&format!("ada:hunter2@127.0.0.1:{shut}/postgres")), 3, "closed without a word"),
        (
            u(&format!("ada:hunter2@127.0.0.1:{http}/postgres?sslmode=disable")),
            3,
            "that is not PostgreSQL",
        ),
        (u("ada:hunter2@/postgres?host=/nowhere"), 3, "there is no the socket"),
    ];
    let wrong = |(url, code, words): &(String, i32, &str)| {
        let mut wrong = Vec::new();
        for args in
            [&["lesson", "7", "--no-pause"][..], &["lesson", "7", "--no-pause", "--server", url]]
        {
            let given = if args.len() == 3 { url } else { "" };
            let ran = run(given, args);
            let shown = format!("{}{}", ran.stdout, ran.stderr);
            let secret = shown.contains("hunter2") || shown.contains("ter2");
            if ran.code != *code || !ran.stderr.contains(words) || secret {
                wrong.push(format!("{url}: {} {words:?}\n{shown}", ran.code));
            }
            // What differs with where it is from is the same for all of them.
            if *words != "28P01" {
                break;
            }
        }
        wrong
    };
    // Each waits for a server or a name, and asks for nothing that another has.
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let part = |rows| scope.spawn(move || Vec::from_iter(<[_]>::iter(rows).flat_map(wrong)));
        let parts: Vec<_> = table.chunks(table.len().div_ceil(4)).map(part).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Full: others have all the connections.
    let crowd: Vec<_> = std::iter::from_fn(|| {
        let url = format!("host=127.0.0.1 port={other} user=ada dbname=postgres");
        postgres::Client::connect(&url, postgres::NoTls).ok()
    })
    .collect();
    let ran = run(&u(&format!("ada@127.0.0.1:{other}/postgres")), &LESSON);
    assert!(ran.code == 3 && ran.stderr.contains("try again later"), "{} {ran:?}", crowd.len());
}

#[test]
#[ignore = "wants PostgreSQL's programs, pgbouncer and openssl; .ci/run does it"]
fn a_pooler_is_known_and_refused() {
    use pglings::home::{Home, own};
    use pglings::process::Program;
    // Debian has it where only root's PATH leads.
    let program = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .chain(["/usr/sbin".into()])
        .map(|dir| dir.join("pgbouncer"))
        .find(|path| path.is_file());
    let Some(program) = program else {
        eprintln!("not tested: there is no pgbouncer on this machine");
        return;
    };
    let server = Server::start("pooled", &["max_connections=60"], "local all all trust");
    server.sql("CREATE ROLE ada LOGIN CREATEDB");
    let user = Home::locate().unwrap().server_user;
    for mode in ["session", "transaction"] {
        let port = free_port();
        let file = |name: &str, text: &str| {
            let path = server.dir.join(name);
            std::fs::write(&path, text).unwrap();
            own(&path, user, 0o600).unwrap();
            path
        };
        let users = file("users", "\"ada\" \"\"\n");
        let config = file(
            "pgbouncer.ini",
            &format!(
                "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
                 listen_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {}\n\
                 pool_mode = {mode}\nignore_startup_parameters = extra_float_digits\n",
                server.dir.display(),
                server.port,
                users.display()
            ),
        );
        let mut bouncer = Program::new(&program).user(user).arg(&config).start().unwrap();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = bouncer.wait(std::time::Duration::from_millis(20));
            assert!(ended.is_none(), "{}", bouncer.stderr().text());
        }
        let ran = run(&format!("postgres://ada@127.0.0.1:{port}/postgres"), &LESSON);
        bouncer.end();
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(ran.stderr.contains("connect to the server itself"), "{}", ran.stderr);
        assert_eq!(server.ours(), [""; 0]);
    }
}
