//! The outer end of the way out of a sandbox without a network.
//!
//! The inner end is the harness's ([`harness::relay`]): an answer connects to a port of the grader
//! as it would anywhere.

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::error::{PathContext, Result};
use crate::home::{self, User};

/// The most connections at a time: some more than the tap behind it serves.
const MOST: usize = 80;

/// Carries connections from a socket to the ports that it was told of. Dropping it ends that.
pub struct Relay {
    socket: PathBuf,
    open: Arc<Mutex<BTreeSet<u16>>>,
    ended: Arc<AtomicBool>,
    listener: Option<JoinHandle<()>>,
}

impl Relay {
    /// Listens on a socket in this folder, for programs of this user.
    pub fn start(dir: &Path, user: Option<User>) -> Result<Relay> {
        let socket = dir.join("relay");
        let listener = UnixListener::bind(&socket).at("listen on", &socket)?;
        home::own(&socket, user, 0o600)?;
        let open: Arc<Mutex<BTreeSet<u16>>> = Arc::default();
        let ended = Arc::new(AtomicBool::new(false));
        let thread = thread::Builder::new().name("relay".to_owned()).spawn({
            let (open, ended) = (Arc::clone(&open), Arc::clone(&ended));
            move || {
                for inside in listener.incoming().flatten() {
                    if ended.load(Ordering::SeqCst) {
                        break;
                    }
                    // Each takes files and threads of ours. The next wait.
                    while Arc::strong_count(&open) > MOST && !ended.load(Ordering::SeqCst) {
                        thread::sleep(Duration::from_millis(5));
                    }
                    let open = Arc::clone(&open);
                    // One that cannot be served is closed.
                    let _ = thread::Builder::new()
                        .spawn(move || harness::relay::serve(inside, |port| connect(&open, port)));
                }
            }
        });
        let listener = Some(thread.at("listen on", &socket)?);
        Ok(Relay { socket, open, ended, listener })
    }

    /// The socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Lets the program connect to this port.
    pub fn open(&self, port: u16) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(port);
    }

    /// The ports that the program may connect to.
    pub fn ports(&self) -> Vec<u16> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }
}

/// Whatever is in the sandbox may say a port that it was not told of.
fn connect(open: &Mutex<BTreeSet<u16>>, port: u16) -> io::Result<TcpStream> {
    if !open.lock().unwrap_or_else(PoisonError::into_inner).contains(&port) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    TcpStream::connect((Ipv4Addr::LOCALHOST, port))
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // `accept` ends when somebody comes.
        let _ = UnixStream::connect(&self.socket);
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
        let _ = std::fs::remove_file(&self.socket);
    }
}
