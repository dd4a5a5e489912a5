//! A PostgreSQL server that belongs to nobody's pglings, as a learner's own does: with the
//! pg_hba.conf, the settings and the certificate that a test wants.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pglings::home::{Home, own, private_dir};
use pglings::postgres::binaries::{self, Binaries};
use pglings::process::{Program, Running};
use postgres::{Client, NoTls};

const LONG: Duration = Duration::from_secs(60);

/// Dropping it ends the server and removes its files.
pub(crate) struct Server {
    pub(crate) dir: PathBuf,
    pub(crate) port: u16,
    binaries: Binaries,
    running: Option<Running>,
}

impl Server {
    /// `boss` is its superuser, who gets in by the socket without a password. Lines of pg_hba.conf
    /// follow that.
    pub(crate) fn start(name: &str, settings: &[&str], hba: &str) -> Server {
        let home = Home::locate().unwrap();
        let binaries = binaries::installed().into_iter().next().unwrap();
        let dir = Path::new("/tmp").join(format!("pglings-own-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        private_dir(&dir, home.server_user).unwrap();
        let data = dir.join("data");
        let finished = binaries
            .program("initdb", home.server_user)
            .args(["--no-sync", "--encoding=UTF8", "--locale=C", "--username=boss", "--auth=trust"])
            .arg("--pgdata")
            .arg(&data)
            .run(LONG)
            .unwrap();
        assert!(finished.success(), "{}", finished.stderr.text());
        certificates(&dir);
        for name in ["server.key", "server.crt"] {
            own(&dir.join(name), home.server_user, 0o600).unwrap();
        }
        fs::write(data.join("pg_hba.conf"), format!("local all boss trust\n{hba}\n")).unwrap();
        let port = free_port();
        let mut server = Server { dir, port, binaries, running: None };
        server.run(settings);
        server
    }

    fn run(&mut self, settings: &[&str]) {
        let user = Home::locate().unwrap().server_user;
        let ssl = |name: &str| self.dir.join(name).display().to_string();
        let mut all = vec![
            "fsync=off".to_owned(),
            "listen_addresses=127.0.0.1,::1".to_owned(),
            "dynamic_shared_memory_type=mmap".to_owned(),
            format!("port={}", self.port),
            format!("unix_socket_directories={}", self.dir.display()),
            format!("ssl_cert_file={}", ssl("server.crt")),
            format!("ssl_key_file={}", ssl("server.key")),
        ];
        all.extend(settings.iter().map(|setting| (*setting).to_owned()));
        let mut program =
            self.binaries.program("postgres", user).arg("-D").arg(self.dir.join("data"));
        for setting in all {
            program = program.args(["-c", &setting]);
        }
        let mut running = program.start().unwrap();
        let begun = Instant::now();
        while self.config().connect(NoTls).is_err() {
            if running.wait(Duration::from_millis(20)).is_some() || begun.elapsed() > LONG {
                panic!("{}", running.stderr().text());
            }
        }
        self.running = Some(running);
    }

    fn config(&self) -> postgres::Config {
        let mut config = postgres::Config::new();
        config.host_path(&self.dir).port(self.port).user("boss").dbname("postgres");
        config
    }

    /// A session of the superuser's.
    pub(crate) fn boss(&self, database: &str) -> Client {
        self.config().dbname(database).connect(NoTls).unwrap()
    }

    /// Runs SQL as the superuser.
    pub(crate) fn sql(&self, sql: &str) {
        let mut boss = self.boss("postgres");
        // CREATE DATABASE wants to be alone.
        sql.split(';').filter(|one| !one.trim().is_empty()).for_each(|one| {
            boss.batch_execute(one).unwrap_or_else(|error| panic!("{one}: {error:?}"));
        });
    }

    /// All that a server has beyond its databases, and what is in those that are not pglings':
    /// a line for each thing.
    pub(crate) fn catalog(&self) -> Vec<String> {
        let shared = [
            "SELECT datname, datdba::regrole, encoding, datcollate, datctype, datacl::text, \
             datconnlimit, dattablespace, shobj_description(oid, 'pg_database') FROM pg_database",
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolcanlogin, rolconnlimit, \
             rolpassword FROM pg_authid",
            "SELECT roleid::regrole, member::regrole, admin_option FROM pg_auth_members",
            "SELECT setdatabase, setrole::regrole, setconfig::text FROM pg_db_role_setting",
            "SELECT dbid, classid::regclass, objid, refobjid, deptype FROM pg_shdepend",
            "SELECT spcname, spcowner::regrole, spcacl::text FROM pg_tablespace",
            "SELECT description FROM pg_shdescription",
        ];
        let inside = [
            "SELECT oid, relname, relkind, relowner::regrole, relacl::text, relfilenode FROM pg_class",
            "SELECT proname, proowner::regrole FROM pg_proc",
            "SELECT nspname, nspowner::regrole, nspacl::text FROM pg_namespace",
            "SELECT defaclrole::regrole, defaclobjtype, defaclacl::text FROM pg_default_acl",
            "SELECT extname FROM pg_extension",
            "SELECT * FROM public.mine",
        ];
        let mut all = Vec::new();
        let mut ask = |client: &mut Client, place: &str, sql: &str| {
            let whole = format!("SELECT row::text FROM ({sql}) AS row ORDER BY 1");
            for row in client.query(&whole, &[]).unwrap_or_default() {
                all.push(format!("{place}: {}", row.get::<_, String>(0)));
            }
        };
        let mut boss = self.boss("postgres");
        for sql in shared {
            ask(&mut boss, "server", sql);
        }
        let names = "SELECT datname FROM pg_database WHERE datallowconn AND datname !~ '^pglings_'";
        for row in boss.query(names, &[]).unwrap() {
            let name: String = row.get(0);
            let mut client = self.boss(&name);
            for sql in inside {
                ask(&mut client, &name, sql);
            }
        }
        all
    }

    /// What there is of pglings'.
    pub(crate) fn ours(&self) -> Vec<String> {
        let sql = "SELECT datname::text FROM pg_database WHERE datname ~ 'pglings'
                   UNION SELECT rolname FROM pg_roles WHERE rolname ~ 'pglings' ORDER BY 1";
        let rows = self.boss("postgres").query(sql, &[]).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.end();
        }
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// A CA, and a certificate of its for `localhost` and 127.0.0.1.
fn certificates(dir: &Path) {
    fs::write(dir.join("ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n").unwrap();
    let at = |name: &str| dir.join(name).display().to_string();
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    let openssl = |args: &[&str]| {
        let finished = Program::new("openssl").args(args).run(LONG).unwrap();
        assert!(finished.success(), "{}", finished.stderr.text());
    };
    for (name, subject) in [("ca", "/CN=A test's CA"), ("other", "/CN=Another CA")] {
        let (crt, key_file) = (at(&format!("{name}.crt")), at(&format!("{name}.key")));
        let mut args = vec!["req", "-x509", "-days", "2", "-subj", subject];
        args.extend(key);
        args.extend(["-keyout", &key_file, "-out", &crt]);
        openssl(&args);
    }
    let mut args = vec!["req", "-subj", "/CN=localhost"];
    args.extend(key);
    let (key_file, csr) = (at("server.key"), at("server.csr"));
    args.extend(["-keyout", &key_file, "-out", &csr]);
    openssl(&args);
    let (ca, ca_key, crt, ext) = (at("ca.crt"), at("ca.key"), at("server.crt"), at("ext"));
    openssl(&[
        "x509",
        "-req",
        "-in",
        &csr,
        "-CA",
        &ca,
        "-CAkey",
        &ca_key,
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        &ext,
        "-out",
        &crt,
    ]);
}

/// One that was free a moment ago: nobody else on the machine hands it out at once.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
