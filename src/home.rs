//! The folders that pglings keeps things in, and the user that its servers run as.

use std::fs;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use sha2::{Digest, Sha256};

use crate::error::{Context, Error, PathContext, Result};

/// Where clusters and the bundle live on this machine.
#[derive(Debug, Clone)]
pub struct Home {
    /// For what must last: clusters.
    pub data: PathBuf,
    /// For what can be fetched again: the bundle.
    pub cache: PathBuf,
    /// Who runs the servers, where that cannot be ourselves.
    pub server_user: Option<User>,
}

/// A user of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct User {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

impl Home {
    /// `PGLINGS_HOME` if set, else the user's data and cache folders. PostgreSQL refuses to run as
    /// root; root's servers run as `postgres` or `nobody`, in a place that this user can reach.
    pub fn locate() -> Result<Home> {
        if let Some(home) = std::env::var_os("PGLINGS_HOME") {
            return Home::at(Path::new(&home));
        }
        let dirs = ProjectDirs::from("", "", "pglings").ok_or_else(|| {
            Error::Usage("no home folder is known. Set HOME or PGLINGS_HOME.".into())
        })?;
        Ok(Home::of(dirs.data_local_dir().to_owned(), dirs.cache_dir().to_owned()))
    }

    /// As `PGLINGS_HOME` with this folder.
    pub fn at(home: &Path) -> Result<Home> {
        let home = std::path::absolute(home).at("find", home)?;
        Ok(Home::of(home.join("data"), home.join("cache")))
    }

    fn of(mut data: PathBuf, mut cache: PathBuf) -> Home {
        let server_user = server_user();
        if let Some(user) = server_user
            && !(reachable(&data, user) && reachable(&cache, user))
        {
            // Keyed by the folder it stands in for: another HOME is another world.
            let key = short_hash(data.to_string_lossy().as_bytes());
            let place = Path::new("/var/lib/pglings").join(key);
            (data, cache) = (place.join("data"), place.join("cache"));
        }
        Home { data, cache, server_user }
    }

    /// The same with its clusters in memory, where the system has a place for that and the place
    /// has room. They go with their last user: it is for tests and for grading classes, which make
    /// databases by the thousand, and for those a disk is three to ten times as slow.
    #[must_use]
    pub fn in_memory(self) -> Home {
        let name = format!("pglings-{}", short_hash(self.data.to_string_lossy().as_bytes()));
        let data = Path::new(MEMORY).join(name);
        if has_room(Path::new(MEMORY)) && ours_alone(&data, self.server_user) {
            Home { data, ..self }
        } else {
            self
        }
    }
}

/// A folder in memory that goes with a folder on disk, made if it is not there: `None` where the system
/// has no place for it, where there is little room, or where the folder is in memory itself. Nothing in
/// it outlives the next start of the machine.
pub fn beside_in_memory(dir: &Path, owner: Option<User>) -> Option<PathBuf> {
    let name = format!("pglings-of-{}", short_hash(dir.to_string_lossy().as_bytes()));
    let place = Path::new(MEMORY).join(name);
    (!is_memory(dir) && has_room(Path::new(MEMORY)) && ours_alone(&place, owner)).then_some(place)
}

/// Where Linux keeps files in memory.
const MEMORY: &str = "/dev/shm";

/// Whether a cluster there is in memory.
pub fn is_memory(path: &Path) -> bool {
    path.starts_with(MEMORY)
}

/// Answers of tests write as much as they can until they are stopped.
#[cfg(target_os = "linux")]
fn has_room(place: &Path) -> bool {
    const ROOM: u64 = 4 << 30;
    has_less(place, ROOM) == Some(false)
}

/// Whether there is room for fewer bytes than these on the disk of a path; `None` where nobody can
/// tell.
#[cfg(unix)]
pub fn has_less(path: &Path, bytes: u64) -> Option<bool> {
    let found = rustix::fs::statvfs(path).ok()?;
    Some(found.f_bavail * found.f_frsize < bytes)
}

/// Elsewhere nobody is asked.
#[cfg(not(unix))]
pub fn has_less(_path: &Path, _bytes: u64) -> Option<bool> {
    None
}

/// Whether a folder is there that we made: where everybody may write, somebody else may have been
/// quicker, with a folder or a link of that name.
#[cfg(target_os = "linux")]
fn ours_alone(path: &Path, owner: Option<User>) -> bool {
    use std::os::unix::fs::MetadataExt;
    if fs::create_dir(path).is_ok() {
        return own(path, owner, 0o700).is_ok();
    }
    let uid = owner.map_or_else(|| rustix::process::geteuid().as_raw(), |user| user.uid);
    // It may be that another test has just made it, and is about to give it to the owner.
    let is_ours = |found: fs::Metadata| found.is_dir() && (found.uid() == uid || found.uid() == 0);
    fs::symlink_metadata(path).is_ok_and(is_ours)
}

#[cfg(not(target_os = "linux"))]
fn ours_alone(_path: &Path, _owner: Option<User>) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn has_room(_place: &Path) -> bool {
    false
}

/// The first eight hexadecimal digits of a SHA-256.
pub fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// Makes a folder that only its owner can enter, owned by the server's user.
pub fn private_dir(path: &Path, owner: Option<User>) -> Result<()> {
    if owner.is_some() {
        passable(path)?;
    }
    fs::create_dir_all(path).at("create", path)?;
    own(path, owner, 0o700)
}

/// Says what to do where that cannot be kept.
pub fn elsewhere(what: &str, dir: &Path) -> impl FnOnce(Error) -> Error {
    let context =
        format!("cannot keep {what} in {} (PGLINGS_HOME may name another folder)", dir.display());
    |error| match error {
        Error::Io { source, .. } => Error::Io { context, source },
        other => other,
    }
}

/// Makes the folders on the way, which the server's user has to pass whatever our umask is.
fn passable(path: &Path) -> Result<()> {
    let missing: Vec<&Path> = path.ancestors().skip(1).take_while(|dir| !dir.exists()).collect();
    for dir in missing.into_iter().rev() {
        match fs::create_dir(dir) {
            // Another pglings may be making it.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => {
                made.at("create", dir)?;
                own(dir, None, 0o711)?;
            }
        }
    }
    Ok(())
}

/// Gives a file or folder to the server's user, with this mode.
#[cfg(unix)]
pub fn own(path: &Path, owner: Option<User>, mode: u32) -> Result<()> {
    use std::os::unix::fs::{PermissionsExt, chown};
    if let Some(user) = owner {
        chown(path, Some(user.uid), Some(user.gid)).at("change the owner of", path)?;
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).at("set the mode of", path)
}

/// Elsewhere a user's own folders are closed to others by default.
#[cfg(not(unix))]
pub fn own(_path: &Path, _owner: Option<User>, _mode: u32) -> Result<()> {
    Ok(())
}

#[cfg(unix)]
fn server_user() -> Option<User> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let passwd = fs::read_to_string("/etc/passwd").ok()?;
    ["postgres", "nobody"].iter().find_map(|name| user_named(&passwd, name))
}

#[cfg(not(unix))]
fn server_user() -> Option<User> {
    None
}

fn user_named(passwd: &str, name: &str) -> Option<User> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(User { uid, gid })
    })
}

/// Whether a user can enter every folder on the way that exists already.
#[cfg(unix)]
pub fn reachable(path: &Path, user: User) -> bool {
    use std::os::unix::fs::MetadataExt;
    path.ancestors().skip(1).filter_map(|dir| fs::metadata(dir).ok()).all(|dir| {
        let enter = if dir.uid() == user.uid {
            0o100
        } else if dir.gid() == user.gid {
            0o010
        } else {
            0o001
        };
        dir.mode() & enter != 0
    })
}

/// Elsewhere nobody runs as anybody else.
#[cfg(not(unix))]
pub fn reachable(_path: &Path, _user: User) -> bool {
    true
}

/// The folder of the workbook around the current folder, else the one that this program was built in.
pub fn workbook() -> Result<PathBuf> {
    let here = std::env::current_dir().context("cannot tell the current folder")?;
    let built = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root =
        here.ancestors().chain([built]).find(|dir| dir.join("exercises/Cargo.toml").is_file());
    root.map(Path::to_owned).ok_or_else(|| {
        Error::Usage(
            "this is not the pglings workbook: there is no exercises/Cargo.toml here or above. \
             Go to the folder you cloned."
                .to_owned(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_clusters_move_to_memory_and_each_home_has_a_place_of_its_own() {
        let home = |name: &str| Home {
            data: std::env::temp_dir().join(name),
            cache: "cache".into(),
            server_user: server_user(),
        };
        let (one, other) = (home("pglings-one").in_memory(), home("pglings-other").in_memory());
        assert_eq!(one.cache, Path::new("cache"));
        assert_ne!(one.data, other.data);
        for home in [one, other] {
            assert_eq!(home.data.starts_with(MEMORY), has_room(Path::new(MEMORY)));
            let _ = fs::remove_dir(home.data);
        }
    }

    /// Where everybody may write, a name that can be guessed may be taken.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_link_or_the_folder_of_another_is_not_ours() {
        let place = tempfile::tempdir().unwrap();
        let (own, link, file) =
            (place.path().join("own"), place.path().join("link"), place.path().join("file"));
        assert!(ours_alone(&own, None) && ours_alone(&own, None));
        std::os::unix::fs::symlink(&own, &link).unwrap();
        fs::write(&file, "").unwrap();
        assert!(!ours_alone(&link, None) && !ours_alone(&file, None));
        if rustix::process::geteuid().is_root() {
            let theirs = place.path().join("theirs");
            fs::create_dir(&theirs).unwrap();
            std::os::unix::fs::chown(&theirs, Some(12_345), None).unwrap();
            assert!(!ours_alone(&theirs, None));
        }
    }

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\npostgres2:x:7:8::/:\npostgres:x:101:104::/var:/bin/sh\n";
        assert_eq!(user_named(passwd, "postgres"), Some(User { uid: 101, gid: 104 }));
        assert_eq!(user_named(passwd, "nobody"), None);
    }
}
