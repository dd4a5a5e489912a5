//! What the compiler's call for an answer depends on, to tell whether one that was kept still holds.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::exercise::files::Workbook;

/// Variables and files as they were at a moment. Of a file, size and time tell: whatever writes it
/// changes one of them, and a copy with its time, as of a whole workbook, is the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    variables: BTreeMap<String, String>,
    files: BTreeMap<String, File>,
    /// The first `rustc` on PATH. Where there is none, cargo knows one.
    on_path: Option<(PathBuf, File)>,
}

/// Size, and time in nanoseconds.
type File = (u64, u128);

/// What in the environment changes how cargo calls the compiler. `…_` is whatever begins so.
const VARIABLES: [&str; 10] = [
    "CARGO_BUILD_",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_PROFILE_",
    "CARGO_TARGET_",
    "CARGO_UNSTABLE_",
    "RUSTC",
    "RUSTC_BOOTSTRAP",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
];

/// What of that says only where something is: all of this is where the target folder is.
const PLACES: [&str; 3] = ["CARGO_BUILD_TARGET_DIR", "CARGO_TARGET_DIR", "CARGO_TARGET_TMPDIR"];

fn variables() -> BTreeMap<String, String> {
    let counts = |name: &str| {
        let listed = VARIABLES.iter().any(|listed| {
            if listed.ends_with('_') { name.starts_with(listed) } else { name == *listed }
        });
        listed && !PLACES.contains(&name)
    };
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    let all = env::vars_os().map(|(name, value)| (text(name), text(value)));
    all.filter(|(name, _)| counts(name)).collect()
}

impl Stamp {
    /// Of all that decides what is made: manifests, the lock file, the harness, cargo's and rustup's
    /// configuration, and which of both is called.
    pub(super) fn of_inputs(workbook: &Workbook) -> Stamp {
        let mut stamp = Stamp { variables: variables(), ..Stamp::default() };
        let root = workbook.root();
        // By their place in the workbook: a copy of it that shares the target folder is the same.
        for inner in [
            "Cargo.lock",
            "Cargo.toml",
            "exercises/Cargo.toml",
            ".cargo/config.toml",
            ".cargo/config",
            "rust-toolchain.toml",
            "rust-toolchain",
        ] {
            stamp.look_at(inner.to_owned(), &root.join(inner));
        }
        for path in files(&root.join("exercises/harness")) {
            stamp.look_at(format!("exercises/harness/{}", name(&path)), &path);
        }
        let of_cargo = |dir: &Path| ["config.toml", "config"].map(|name| dir.join(name));
        let mut others: Vec<PathBuf> = Vec::new();
        for dir in root.ancestors().skip(1) {
            others.extend(of_cargo(&dir.join(".cargo")));
            others.extend(["rust-toolchain.toml", "rust-toolchain"].map(|name| dir.join(name)));
        }
        let home = |variable: &str, folder: &str| {
            let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE"));
            env::var_os(variable).map(PathBuf::from).or(Some(Path::new(&home?).join(folder)))
        };
        others.extend(home("CARGO_HOME", ".cargo").iter().flat_map(|dir| of_cargo(dir)));
        others.extend(home("RUSTUP_HOME", ".rustup").map(|dir| dir.join("settings.toml")));
        for path in others {
            stamp.look_at(path.display().to_string(), &path);
        }
        let name = format!("rustc{}", env::consts::EXE_SUFFIX);
        let ways = env::var_os("PATH");
        let mut ways = ways.iter().flat_map(env::split_paths).map(|way| way.join(&name));
        stamp.on_path = ways.find_map(|path| Some((path.clone(), file(&path)?)));
        stamp
    }

    /// Of what was made, and of the compiler that it was made by.
    pub(super) fn of_outputs(rustc: &Path, libraries: &Path) -> Stamp {
        let mut stamp = Stamp::default();
        stamp.look_at(rustc.display().to_string(), rustc);
        for path in files(libraries) {
            stamp.look_at(name(&path), &path);
        }
        stamp
    }

    fn look_at(&mut self, name: String, path: &Path) {
        if let Some(file) = file(path) {
            self.files.insert(name, file);
        }
    }

    /// What is not as it was, in words, if anything is not.
    pub(super) fn differs(&self, now: &Stamp) -> Option<String> {
        difference(&self.variables, &now.variables, "set")
            .or_else(|| difference(&self.files, &now.files, "there"))
            .or_else(|| match (&self.on_path, &now.on_path) {
                (Some(then), Some(now)) if then != now => {
                    Some(format!("rustc on PATH is another one ({})", now.0.display()))
                }
                _ => None,
            })
    }
}

/// That rustup's variable names another toolchain than that of this compiler, if it does. Cargo sets it
/// for whatever it runs, to the one that it is of; without cargo around us, it is not set.
pub(super) fn other_toolchain(named: Option<&OsStr>, rustc: &Path) -> Option<String> {
    let named = Path::new(named?);
    let toolchain = rustc.parent()?.parent()?;
    let name = toolchain.file_name()?.to_string_lossy();
    // `stable` is short for `stable-x86_64-unknown-linux-gnu`.
    let same = toolchain == named || name.starts_with(&*named.to_string_lossy());
    (!same).then(|| format!("RUSTUP_TOOLCHAIN names {} now, and not {name}", named.display()))
}

fn file(path: &Path) -> Option<File> {
    let found = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let time = found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Some((found.len(), time.unwrap_or_default().as_nanos()))
}

fn difference<T: PartialEq>(
    then: &BTreeMap<String, T>,
    now: &BTreeMap<String, T>,
    has: &str,
) -> Option<String> {
    let changed = then.iter().find_map(|(name, value)| match now.get(name) {
        Some(other) if other == value => None,
        Some(_) => Some(format!("{name} has changed")),
        None => Some(format!("{name} is not {has} any more")),
    });
    let new = || now.keys().find(|name| !then.contains_key(*name));
    changed.or_else(|| new().map(|name| format!("{name} was not {has} before")))
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workbook(root: &Path) -> Workbook {
        for inner in
            ["Cargo.lock", "Cargo.toml", "exercises/Cargo.toml", "exercises/harness/lib.rs"]
        {
            let path = root.join(inner);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "1").unwrap();
        }
        Workbook::at(root)
    }

    #[test]
    fn whatever_an_answer_stands_on_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("here/workbook");
        let workbook = workbook(&root);
        let mut before = Stamp::of_inputs(&workbook);
        assert_eq!(before.differs(&Stamp::of_inputs(&workbook)), None);
        let new = |path: &Path| format!("{} was not there before", path.display());
        let config = folder.path().join("here/.cargo/config.toml");
        let toolchain = root.join("rust-toolchain.toml");
        for (path, expected) in [
            (root.join("Cargo.lock"), "Cargo.lock has changed".to_owned()),
            (root.join("Cargo.toml"), "Cargo.toml has changed".to_owned()),
            (root.join("exercises/Cargo.toml"), "exercises/Cargo.toml has changed".to_owned()),
            (
                root.join("exercises/harness/lib.rs"),
                "exercises/harness/lib.rs has changed".to_owned(),
            ),
            (
                root.join("exercises/harness/more.rs"),
                "exercises/harness/more.rs was not there before".to_owned(),
            ),
            (config.clone(), new(&config)),
            (toolchain.clone(), "rust-toolchain.toml was not there before".to_owned()),
        ] {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "another").unwrap();
            let now = Stamp::of_inputs(&workbook);
            assert_eq!(before.differs(&now), Some(expected));
            before = now;
        }
        fs::remove_file(&toolchain).unwrap();
        let gone = Some("rust-toolchain.toml is not there any more".to_owned());
        assert_eq!(before.differs(&Stamp::of_inputs(&workbook)), gone);
    }

    /// `cp -p` and `mv` bring the time of a file along: an older one is another one.
    #[test]
    fn a_file_of_the_same_size_and_another_time_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let workbook = workbook(folder.path());
        let before = Stamp::of_inputs(&workbook);
        let lock = fs::File::options().append(true).open(folder.path().join("Cargo.lock")).unwrap();
        lock.set_modified(UNIX_EPOCH).unwrap();
        let now = Stamp::of_inputs(&workbook);
        assert_eq!(before.differs(&now).as_deref(), Some("Cargo.lock has changed"));
    }

    #[test]
    fn variables_are_told_by_name() {
        let with = |variables: &[(&str, &str)]| {
            let owned = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
            Stamp { variables: owned.collect(), ..Stamp::default() }
        };
        let (none, one, other) =
            (with(&[]), with(&[("RUSTFLAGS", "-g")]), with(&[("RUSTFLAGS", "-O")]));
        assert_eq!(none.differs(&one).as_deref(), Some("RUSTFLAGS was not set before"));
        assert_eq!(one.differs(&other).as_deref(), Some("RUSTFLAGS has changed"));
        assert_eq!(one.differs(&none).as_deref(), Some("RUSTFLAGS is not set any more"));
    }

    #[test]
    fn a_toolchain_may_be_named_in_short() {
        let rustc = Path::new("/r/toolchains/stable-x86_64-unknown-linux-gnu/bin/rustc");
        let told = |named: &str| other_toolchain(Some(named.as_ref()), rustc);
        for same in [
            "stable",
            "stable-x86_64-unknown-linux-gnu",
            "/r/toolchains/stable-x86_64-unknown-linux-gnu",
        ] {
            assert_eq!(told(same), None);
        }
        let expected =
            "RUSTUP_TOOLCHAIN names nightly now, and not stable-x86_64-unknown-linux-gnu";
        assert_eq!(told("nightly").as_deref(), Some(expected));
        assert_eq!(other_toolchain(None, rustc), None);
    }

    #[test]
    fn another_compiler_on_path_is_told_and_none_is_no_matter() {
        let with = |path: &str| {
            let on_path = Some((PathBuf::from(path), (1, 1)));
            Stamp { on_path, ..Stamp::default() }
        };
        let told = with("/a/rustc").differs(&with("/b/rustc"));
        assert_eq!(told.as_deref(), Some("rustc on PATH is another one (/b/rustc)"));
        assert_eq!(with("/a/rustc").differs(&Stamp::default()), None);
        assert_eq!(Stamp::default().differs(&with("/a/rustc")), None);
    }

    #[test]
    fn the_compiler_and_each_library_are_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let (rustc, library) = (folder.path().join("rustc"), folder.path().join("deps/libx.rlib"));
        fs::create_dir(folder.path().join("deps")).unwrap();
        fs::write(&rustc, "1").unwrap();
        fs::write(&library, "1").unwrap();
        let look = || Stamp::of_outputs(&rustc, &folder.path().join("deps"));
        let before = look();
        fs::write(&library, "12").unwrap();
        assert_eq!(before.differs(&look()).as_deref(), Some("libx.rlib has changed"));
        fs::remove_file(&library).unwrap();
        assert_eq!(before.differs(&look()).as_deref(), Some("libx.rlib is not there any more"));
        fs::write(&library, "1").unwrap();
        let before = look();
        fs::remove_file(&rustc).unwrap();
        let gone = format!("{} is not there any more", rustc.display());
        assert_eq!(before.differs(&look()), Some(gone));
    }
}
