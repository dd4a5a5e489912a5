//! What a program may see, write, reach and take.

use std::path::{Path, PathBuf};

use harness::limits::Limits;

use crate::home::User;

/// What every program needs to start: shared libraries, and the list of them.
const LIBRARIES: [&str; 10] = [
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/nix/store",
    "/etc/ld.so.cache",
    "/etc/ld-musl-x86_64.path",
];

/// What the compiler calls to link, where it is found on the way that `PATH` has by default.
const LINKERS: [&str; 12] =
    ["cc", "gcc", "c99", "ld", "ld.bfd", "ld.gold", "lld", "ld.lld", "clang", "mold", "as", "ar"];

/// Where linkers are.
const PROGRAMS: [&str; 3] = ["/usr/bin", "/usr/local/bin", "/bin"];

/// How much a program may write where it may write at all, in bytes.
pub const SCRATCH: u64 = 64 << 20;

/// A place for one program.
#[derive(Debug, Clone)]
pub struct Room {
    /// The folder that it runs in.
    pub dir: PathBuf,
    /// Files and folders that it may read and execute, beside the system's libraries.
    pub read: Vec<PathBuf>,
    /// Folders that it may write in.
    pub write: Vec<PathBuf>,
    /// The ports of this machine that it may connect to.
    pub ports: Vec<u16>,
    /// Whether it may change modes, owners and times of files as their owner may. A linker has to.
    pub modes: bool,
    /// What it may take.
    pub limits: Limits,
    /// Who it runs as.
    pub user: Option<User>,
}

impl Room {
    /// With nothing in it.
    pub fn new(dir: PathBuf) -> Room {
        let limits = Limits { memory: 4 << 30, file: SCRATCH, tasks: 1024 };
        Room {
            dir,
            read: Vec::new(),
            write: Vec::new(),
            ports: Vec::new(),
            modes: false,
            limits,
            user: None,
        }
    }

    /// Lets it read this.
    #[must_use]
    pub fn read(mut self, path: PathBuf) -> Room {
        self.read.push(path);
        self
    }

    /// Lets it write in this folder.
    #[must_use]
    pub fn write(mut self, path: PathBuf) -> Room {
        self.write.push(path);
        self
    }

    /// Lets it connect to these ports.
    #[must_use]
    pub fn ports(mut self, ports: Vec<u16>) -> Room {
        self.ports = ports;
        self
    }

    /// Runs it as this user.
    #[must_use]
    pub fn user(mut self, user: Option<User>) -> Room {
        self.user = user;
        self
    }

    /// Sets what it may take.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Room {
        self.limits = limits;
        self
    }

    /// Lets it link programs.
    ///
    /// Not all of the folders of programs: one of them may have `pglings` in it, and that has the
    /// solutions in it.
    #[must_use]
    pub fn linkers(mut self) -> Room {
        for folder in PROGRAMS {
            for name in LINKERS {
                let path = Path::new(folder).join(name);
                if let Ok(real) = path.canonicalize() {
                    // Its name may be a link to the real one, by way of /etc/alternatives.
                    self.read.extend([path, real]);
                }
            }
        }
        self.modes = true;
        self.read.extend(["/etc/alternatives", "/usr/libexec"].map(PathBuf::from));
        self
    }

    /// All that it may read: the system's libraries first.
    pub(super) fn readable(&self) -> impl Iterator<Item = PathBuf> + '_ {
        LIBRARIES.iter().map(PathBuf::from).chain(self.read.iter().cloned())
    }
}
