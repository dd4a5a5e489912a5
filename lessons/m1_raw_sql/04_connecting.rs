//! # Connecting: where, as whom, to what
//!
//! A server waits at an *address*: a host and a port. Whoever comes says *who* they are (a user and
//! a password) and *which database* they want, since one server holds many. So five things have to
//! be right, and there has to be room for one more. All of that is checked, in this order:
//!
//! ```text
//! host, port ──▶ room ──▶ user, password ──▶ database ──▶ connected
//!      │          │            │               │
//!   refused     53300        28P01           3D000
//! ```
//!
//! Each check fails with an error of its own, and the order tells what is right already: a server
//! that rejects your password has been found. A *connection string* is the five things in one line.

use std::error::Error as _;
use std::fs;
use std::io;
use std::net::TcpListener;

use postgres::Config;
use postgres::config::Host;

use crate::lesson::prelude::*;

/// ## Two forms of one thing
///
/// The URL is what configuration files hold:
///
/// ```text
/// postgres://user:password@host:port/database?option=value
/// ```
///
/// The other form is a list of `key=value`. Both say the same. In a URL, characters that mean
/// something there are written as a percent sign and two digits: `@` is `%40`, a slash `%2F`, and
/// `%` itself `%25`. In the list, a value with a space stands in single quotes.
///
/// What is left out has a default: port 5432, and the database is called like the user.
///
/// *Coming from Python: `postgresql+asyncpg://…` names the driver too, for SQLAlchemy. Drop
/// `+asyncpg`. `postgresql://` and `postgres://` are the same.*
pub fn two_forms(_url: &str, out: &mut Out) -> Result<()> {
    let url = "postgres://ada:p%40ss%2Fword@localhost:5433/lundo\
               ?connect_timeout=5";
    let list = "host=localhost port=5433 user=ada password=p@ss/word \
                dbname=lundo connect_timeout=5";
    let names = ["host", "port", "user", "password", "database", "timeout"];
    let (url, list) = (parts(&url.parse()?), parts(&list.parse()?));
    let rows = names.iter().zip(url).zip(list);
    let rows: Vec<_> = rows
        .map(|((name, one), other)| vec![(*name).to_owned(), one, other])
        .collect();
    out.table(&["part", "of the URL", "of the list"], &rows);
    Ok(())
}

fn parts(config: &Config) -> Vec<String> {
    let host = match config.get_hosts() {
        [Host::Tcp(host)] => host.clone(),
        other => format!("{other:?}"),
    };
    let text = |part: Option<&str>| part.unwrap_or("none").to_owned();
    let password = config.get_password().unwrap_or_default();
    vec![
        host,
        format!("{:?}", config.get_ports()),
        text(config.get_user()),
        String::from_utf8_lossy(password).into_owned(),
        text(config.get_dbname()),
        format!("{:?}", config.get_connect_timeout()),
    ]
}

/// ## Not in the program
///
/// The string has a password in it, and is another one on each machine. So it belongs neither into
/// the source nor into git. Programs look for it in the environment, in a variable that is called
/// `DATABASE_URL` by custom.
///
/// A file `.env` beside the program holds such variables, a line each. `dotenvy::dotenv()` at the
/// start of `main` adds them to the environment, unless they are set already; then
/// `std::env::var("DATABASE_URL")` has it. `.env` stands in `.gitignore`, and a `.env.example`
/// without secrets in git says what it should hold. Docker Compose reads `.env` too.
///
/// (The step reads a file without touching the environment of this program.)
pub fn from_a_file(_url: &str, out: &mut Out) -> Result<()> {
    let file = tempfile::NamedTempFile::new()?;
    fs::write(
        &file,
        "# Where Lundo's database is. Never committed.\n\
         POSTGRES_PASSWORD=s3cret\n\
         DATABASE_URL=postgres://lundo:s3cret@localhost:5433/lundo\n",
    )?;
    for entry in dotenvy::from_path_iter(file.path())? {
        let (name, value) = entry?;
        out.say(format!("{name} is {value}"));
    }
    Ok(())
}

/// ## A server in Docker
///
/// This workbook starts a server by itself. On your own projects you will meet a
/// `docker-compose.yml`; the step shows that of this repository. Line by line:
///
/// - `services`: what to run; here one container, called `postgres`.
/// - `image`: the program, and its version: PostgreSQL 17 with pgvector in it.
/// - `environment`: read **once**, when the data is made: the superuser, its password, and a
///   database to begin with. Changing them later changes nothing.
/// - `ports`: `"127.0.0.1:5433:5432"` is an address of this machine, its port, and the port in the
///   container. Your URL has 5433. Without the address, the whole network may knock.
/// - `volumes`: where the server keeps its files, in a *named volume*. A container is thrown away
///   and made anew; the volume stays, and the rows with it.
/// - `healthcheck`: `pg_isready` asks every two seconds whether the server takes connections. In
///   its first seconds it does not.
/// - `volumes` at the left margin: declares the name.
///
/// So the URL is `postgres://postgres:postgres@127.0.0.1:5433/postgres`.
///
/// `docker compose up --detach --wait` starts it and waits until it is healthy. With `ps` in the
/// place of `up …` you see it, with `logs postgres` what it said, and
/// `exec postgres psql -U postgres` opens psql inside of it. `stop`, `restart` and `down` keep the
/// rows. **`down -v` deletes the volume**, and all rows. If Docker says *permission denied*, your
/// user may not use it (on Linux: is not in the group `docker`); *port is already allocated* means
/// that another program has 5433.
pub fn compose(_url: &str, out: &mut Out) -> Result<()> {
    let file = include_str!("../../docker-compose.yml");
    let lines = file.lines().filter(|line| !line.contains('#'));
    // The rest is pgAdmin, a tool for the browser.
    for line in lines.take_while(|line| !line.is_empty()) {
        out.say(line);
    }
    out.say("");
    for line in file.lines().skip_while(|line| *line != "volumes:") {
        out.say(line);
    }
    Ok(())
}

/// ## What psql asks
///
/// `psql` is the client for the terminal; `cargo run -- server psql` opens it on the server of this
/// workbook. Four commands take you far: `\l` lists databases, `\dt` tables, `\d children`
/// describes one, and `\q` ends it, as the end of its scope ends a `Client`.
///
/// A database describes itself in tables, the *catalog*, and these commands are queries of it. Here
/// are three of them, without their frills; `psql -E` shows them in full. `pg_class` holds whatever
/// has columns (`relkind` `r` is a table), and `pg_attribute` the columns.
pub fn psql_asks(client: &mut Client, out: &mut Out) -> Result<()> {
    out.say(r"\l");
    out.rows(&client.query(
        "SELECT datname AS name, datistemplate AS is_template
         FROM pg_database
         WHERE datname IN (current_database(), 'template1')
         ORDER BY datistemplate",
        &[],
    )?);
    out.say(r"\dt");
    out.rows(&client.query(
        "SELECT n.nspname AS schema, c.relname AS name
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind = 'r' AND n.nspname = 'public'
         ORDER BY c.relname",
        &[],
    )?);
    out.say(r"\d children");
    out.rows(&client.query(
        "SELECT attname AS column,
                format_type(atttypid, atttypmod) AS type,
                attnotnull AS not_null
         FROM pg_attribute
         WHERE attrelid = 'children'::regclass
           AND attnum > 0 AND NOT attisdropped
         ORDER BY attnum",
        &[],
    )?);
    Ok(())
}

/// ## Not SQL
///
/// The commands with a backslash are psql's own. It never sends them, and the server does not know
/// them: a program asks the catalog.
pub const NOT_SQL: Sql = sql(r"\dt").fails("42601");

/// ## Three times no
///
/// The step starts a server of its own, with one user, and makes three of these mistakes.
///
/// | what you see | cause | cure |
/// |---|---|---|
/// | connection refused | nobody listens there | start the server; look at the port |
/// | no such host, a timeout | a wrong host, a firewall | mend it; set `connect_timeout` |
/// | `53300` | all places are taken | close some; a pool (module 5) |
/// | `57P03` | the server is starting or stopping | wait, and try again |
/// | `28P01` | a wrong password, or no such user | look at `.env`, and for a missing `%` |
/// | `28000` | this user may not come this way | the server's `pg_hba.conf`; `sslmode` |
/// | `3D000` | it has no such database | `\l`; mend the name, or `CREATE DATABASE` |
///
/// The first two come from the operating system: the error has no SQLSTATE, and its `source()` is
/// an `io::Error` with a `kind()`. The others are the server's. Their code is for programs, and the
/// words may come in any language. (That a user is not there is not said: whoever guesses names
/// need not know which ones exist.)
pub fn three_nos(_url: &str, out: &mut Out) -> Result<()> {
    let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let nobody = format!("postgres://ada:s3cret@127.0.0.1:{free}/lundo");
    let Err(error) = Client::connect(&nobody, NoTls) else {
        return Err("somebody listens there".into());
    };
    out.say(format!("{error}; code {:?}", error.code()));
    let cause = error.source().and_then(|e| e.downcast_ref::<io::Error>());
    out.say(format!("{:?}", cause.map(io::Error::kind)));

    let server = out.throwaway(&[])?;
    let mut admin = server.connect()?;
    admin.batch_execute("CREATE ROLE ada LOGIN PASSWORD 's3cret'")?;
    admin.batch_execute("CREATE DATABASE lundo")?;
    for (password, database) in
        [("secret", "lundo"), ("s3cret", "lundoo"), ("s3cret", "lundo")]
    {
        let mut config: Config = server.url().parse()?;
        config.user("ada").password(password).dbname(database);
        match config.connect(NoTls) {
            Ok(_) => out.say("connected"),
            Err(error) => out.error(&error),
        }
    }
    Ok(())
}

/// ## One too many
///
/// Before you go on: every connection is a process of the server, and `max_connections` says how
/// many it takes (100, if nobody says otherwise). The next server has 3 places.
pub const ONE_TOO_MANY: Prediction = predict(
    "A program opens connections and closes none. What becomes of the one for which there is no \
     place?",
    &[
        choice(
            "It waits until another closes",
            Claim::Value("connected in the end"),
            "Nobody queues at the server. Waiting for a place is what a pool does, on your side.",
        ),
        choice(
            "The server closes the one that was idle longest",
            Claim::Value("another was closed"),
            "An open connection stays open, however idle. The server cannot know whether you need \
             it.",
        ),
        choice(
            "It fails at once",
            Claim::Value("53300"),
            "The server says no and hangs up. That is kind: the program can tell somebody.",
        ),
    ],
);

/// ## Too many clients
///
/// Programs that open a connection for each request, or forget to close them, meet this one day,
/// when there are many requests. When the connections are dropped, there is room again.
pub fn too_many(_url: &str, out: &mut Out) -> Result<()> {
    let settings =
        ["max_connections=3", "superuser_reserved_connections=0"];
    let server = out.throwaway(&settings)?;
    let mut open = Vec::new();
    let error = loop {
        match Client::connect(&server.url(), NoTls) {
            Ok(client) => open.push(client),
            Err(error) => break error,
        }
    };
    out.say(error.code().map_or("another error", SqlState::code));
    out.error(&error);
    Ok(())
}

/// ## In three lines
///
/// - A connection string holds host, port, user, password and database; it lives in the
///   environment or in `.env`, not in the source.
/// - psql's `\l`, `\dt` and `\d` are queries of the catalog, where the database describes itself.
/// - An error at connecting is either the operating system's (refused: nobody is there) or the
///   server's, with an SQLSTATE that says which check failed.
///
/// Read on: *Connection Strings* in the PostgreSQL manual (chapter *libpq*) and its appendix A,
/// *PostgreSQL Error Codes*; `Config` in the documentation of the crate `postgres`.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: LUNDO,
    minutes: 15,
    steps: [
        two_forms,
        from_a_file,
        compose,
        psql_asks,
        NOT_SQL,
        three_nos,
        ONE_TOO_MANY,
        too_many,
        IN_SHORT,
    ],
}
