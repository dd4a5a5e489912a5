//! The outer end of the way out of a sandbox without a network: Unix sockets in a folder that is seen
//! inside.
//!
//! The inner end of a [`Relay`] is the harness's ([`harness::relay`]): an answer connects to a port of
//! the grader as it would anywhere. A [`Door`] leads to one port, for a program that knows nothing of us.

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::error::{PathContext, Result};
use crate::home::{self, User};
use crate::lock::locked;

/// The most connections at a time: some more than the tap behind it serves.
const MOST: usize = 80;

/// Carries connections from a socket to the ports that it was told of. Dropping it ends that.
pub struct Relay {
    open: Arc<Mutex<BTreeSet<u16>>>,
    socket: Socket,
}

/// Carries connections from a socket to one port. Dropping it ends that.
pub struct Door(Socket);

/// A socket that is listened on.
struct Socket {
    path: PathBuf,
    ended: Arc<AtomicBool>,
    listener: Option<JoinHandle<()>>,
}

impl Socket {
    /// For programs of this user. One that cannot be served is closed.
    fn listen(
        path: PathBuf,
        user: Option<User>,
        serve: impl Fn(UnixStream) -> io::Result<()> + Send + Sync + 'static,
    ) -> Result<Socket> {
        let listener = UnixListener::bind(&path).at("listen on", &path)?;
        home::own(&path, user, 0o600)?;
        let ended = Arc::new(AtomicBool::new(false));
        let thread = thread::Builder::new().name("relay".to_owned()).spawn({
            let (ended, serve) = (Arc::clone(&ended), Arc::new(serve));
            move || {
                for inside in listener.incoming().flatten() {
                    // Each takes files and threads of ours. The next wait.
                    while Arc::strong_count(&serve) > MOST && !ended.load(Ordering::SeqCst) {
                        thread::sleep(Duration::from_millis(5));
                    }
                    if ended.load(Ordering::SeqCst) {
                        break;
                    }
                    let serve = Arc::clone(&serve);
                    let _ = thread::Builder::new().spawn(move || serve(inside));
                }
            }
        });
        let listener = Some(thread.at("listen on", &path)?);
        Ok(Socket { path, ended, listener })
    }
}

impl Relay {
    /// Listens on a socket in this folder, for programs of this user.
    pub fn start(dir: &Path, user: Option<User>) -> Result<Relay> {
        let open: Arc<Mutex<BTreeSet<u16>>> = Arc::default();
        let socket = Socket::listen(dir.join("relay"), user, {
            let open = Arc::clone(&open);
            move |inside| harness::relay::serve(inside, |port| connect(&open, port))
        })?;
        Ok(Relay { open, socket })
    }

    /// The socket.
    pub fn socket(&self) -> &Path {
        &self.socket.path
    }

    /// Lets the program connect to this port.
    pub fn open(&self, port: u16) {
        locked(&self.open).insert(port);
    }

    /// The ports that the program may connect to.
    pub fn ports(&self) -> Vec<u16> {
        locked(&self.open).iter().copied().collect()
    }
}

impl Door {
    /// Listens in this folder, for programs of this user, where a client of PostgreSQL looks for a server
    /// of the port 5432.
    pub fn start(dir: &Path, port: u16, user: Option<User>) -> Result<Door> {
        let serve = move |inside| {
            harness::relay::carry_plainly(inside, TcpStream::connect((Ipv4Addr::LOCALHOST, port))?)
        };
        Socket::listen(dir.join(".s.PGSQL.5432"), user, serve).map(Door)
    }

    /// The folder that it listens in.
    pub fn folder(&self) -> &Path {
        self.0.path.parent().unwrap_or(&self.0.path)
    }
}

/// Whatever is in the sandbox may say a port that it was not told of.
fn connect(open: &Mutex<BTreeSet<u16>>, port: u16) -> io::Result<TcpStream> {
    if !locked(open).contains(&port) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    TcpStream::connect((Ipv4Addr::LOCALHOST, port))
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // `accept` ends when somebody comes.
        let _ = UnixStream::connect(&self.path);
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
        let _ = std::fs::remove_file(&self.path);
    }
}
