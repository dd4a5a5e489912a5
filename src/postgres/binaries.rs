//! PostgreSQL's programs on this machine.

use std::env::consts::EXE_SUFFIX as EXE;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Result;
use crate::home::User;
use crate::process::Program;

/// A folder with `postgres`, `initdb` and `pg_ctl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The folder.
    pub dir: PathBuf,
    /// As the server says it: `15.18`.
    pub version: String,
    /// The major version: 15.
    pub major: u32,
}

impl Binaries {
    /// Asks the server in a folder for its version. `None` if there is no whole server there.
    pub fn in_dir(dir: &Path) -> Option<Binaries> {
        let name = |program: &str| dir.join(format!("{program}{EXE}"));
        if !["postgres", "initdb", "pg_ctl"].iter().all(|program| name(program).is_file()) {
            return None;
        }
        let finished =
            Program::new(name("postgres")).arg("--version").run(Duration::from_secs(10)).ok()?;
        let text = finished.stdout.text();
        let version = text.split_whitespace().nth(2)?.to_owned();
        let major = version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        Some(Binaries { dir: dir.to_owned(), version, major })
    }

    /// A program of this folder, run as the server's user.
    pub fn program(&self, name: &str, user: Option<User>) -> Program {
        let program = Program::new(self.dir.join(format!("{name}{EXE}")));
        // Messages are shown, and some are looked at, so they come in one language.
        let program = program.env("LC_ALL", "C").env("LC_MESSAGES", "C").dir(Path::new("/"));
        #[cfg(unix)]
        let program = program.user(user);
        #[cfg(not(unix))]
        let _ = user;
        program
    }

    /// Whether a server of this folder can make the extension.
    pub fn has_extension(&self, name: &str) -> bool {
        let control = format!("{name}.control");
        self.share_dirs().iter().any(|share| share.join("extension").join(&control).is_file())
    }

    /// Where the extension files may be: as `pg_config` says, or where a relocated tree has them.
    fn share_dirs(&self) -> Vec<PathBuf> {
        let mut dirs = vec![self.dir.join("../share/postgresql"), self.dir.join("../share")];
        let pg_config = self.dir.join("pg_config");
        if pg_config.is_file()
            && let Ok(finished) =
                Program::new(pg_config).arg("--sharedir").run(Duration::from_secs(10))
        {
            dirs.push(PathBuf::from(finished.stdout.text().trim()));
        }
        dirs
    }
}

/// The servers found on this machine, the newest first.
pub fn installed() -> Vec<Binaries> {
    let found = in_places(usual_places());
    if !found.is_empty() || std::env::var_os("PGLINGS_PG_BIN").is_some() {
        return found;
    }
    // Asked last, as it takes as long as all the rest, and mostly names one of those.
    in_places(pg_config_bindir().ok().flatten().into_iter().collect())
}

fn in_places(places: Vec<PathBuf>) -> Vec<Binaries> {
    let mut found: Vec<Binaries> = Vec::new();
    for dir in places {
        // A link in /usr/local/bin and what it points to are one server.
        let Ok(postgres) = dir.join(format!("postgres{EXE}")).canonicalize() else { continue };
        let dir = postgres.parent().unwrap_or(&dir).to_owned();
        if found.iter().all(|known| known.dir != dir) {
            found.extend(Binaries::in_dir(&dir));
        }
    }
    found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
    found
}

/// `PGLINGS_PG_BIN` alone if set; else PATH, and where the systems put them.
fn usual_places() -> Vec<PathBuf> {
    if let Some(dir) = std::env::var_os("PGLINGS_PG_BIN") {
        return vec![PathBuf::from(dir)];
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    // Debian and its kin; the PostgreSQL project's own packages; Fedora; Homebrew; Postgres.app; Windows.
    for (root, bin) in [
        ("/usr/lib/postgresql", "bin"),
        ("/usr", "bin"),
        ("/usr/local", "bin"),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "bin"),
        ("C:\\Program Files\\PostgreSQL", "bin"),
    ] {
        let Ok(entries) = Path::new(root).read_dir() else { continue };
        places.extend(
            entries
                .filter_map(Result::ok)
                .filter(|entry| is_version_dir(&entry.file_name().to_string_lossy()))
                .map(|entry| entry.path().join(bin)),
        );
    }
    places
}

/// `15`, `pgsql-15`, `postgresql@15`, `latest`.
fn is_version_dir(name: &str) -> bool {
    let digits = name.trim_start_matches("pgsql-").trim_start_matches("postgresql@");
    name == "latest"
        || name == "postgresql"
        || !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
}

fn pg_config_bindir() -> Result<Option<PathBuf>> {
    let finished = Program::new("pg_config").arg("--bindir").run(Duration::from_secs(10))?;
    let dir = finished.stdout.text().trim().to_owned();
    Ok((!dir.is_empty()).then(|| PathBuf::from(dir)))
}

#[cfg(test)]
mod tests {
    use super::is_version_dir;

    #[test]
    fn folders_of_versions_are_told_from_others() {
        for name in ["15", "pgsql-16", "postgresql@17", "latest", "9.6"] {
            assert!(is_version_dir(name), "{name}");
        }
        for name in ["share", "python3", "", "bin"] {
            assert!(!is_version_dir(name), "{name}");
        }
    }
}
