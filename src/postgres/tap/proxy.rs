//! The sockets and threads: who reads what, and when it is decoded.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::log::Log;
use super::recorder::Recorder;
use crate::postgres::wire::{Upstream, Wire};

/// A read takes at most this many bytes, so a large message is forwarded as it arrives.
const CHUNK: usize = 64 * 1024;
/// So many chunks without a reply are decoded by the client's thread.
const PILE: usize = 8;
/// The most connections at a time. The next wait: a server has two hundred for all that are
/// graded, and one that has not said who it is counts among them.
const MOST: usize = 60;

/// Every open socket of a tap, so that dropping the tap can close them under their threads.
#[derive(Default)]
pub(super) struct Wires {
    pub(super) closed: AtomicBool,
    served: AtomicUsize,
    open: Mutex<(u64, HashMap<u64, [Wire; 2]>)>,
}

impl Wires {
    pub(super) fn cut_all(&self) {
        for socket in lock(&self.open).1.values().flatten() {
            // A socket that is gone already needs no closing.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    fn enter(&self, sockets: [Wire; 2]) -> u64 {
        let mut open = lock(&self.open);
        open.0 += 1;
        let id = open.0;
        open.1.insert(id, sockets);
        id
    }

    fn leave(&self, id: u64) {
        lock(&self.open).1.remove(&id);
    }
}

/// One connection's record, between its two threads.
///
/// A client's chunk enters the inbox before it is forwarded, and the thread of the server empties
/// the inbox before it decodes a reply. That keeps every request ahead of its reply in the record,
/// although both are forwarded first, and neither thread ever waits while it holds bytes. The
/// client's thread decodes only what piles up (COPY): otherwise it would compete for the processor
/// with the server that works on the request.
struct Link {
    log: Log,
    inbox: Mutex<Vec<(Duration, Vec<u8>)>>,
    recorder: Mutex<Recorder>,
    /// Set once nothing more can be learned, which spares an opaque connection the copies.
    done: AtomicBool,
}

impl Link {
    /// Notes what is about to be forwarded; true when it is time to decode some of it.
    fn announce(&self, bytes: &[u8]) -> bool {
        if self.done.load(Ordering::Relaxed) {
            return true;
        }
        self.log.chunk_read();
        let mut inbox = lock(&self.inbox);
        inbox.push((self.log.now(), bytes.to_vec()));
        inbox.len() >= PILE
    }

    fn decode(&self, reply: Option<(Duration, &[u8])>) {
        if self.done.load(Ordering::Relaxed) && lock(&self.inbox).is_empty() {
            return;
        }
        let mut recorder = lock(&self.recorder);
        let waiting = std::mem::take(&mut *lock(&self.inbox));
        for (at, bytes) in &waiting {
            recorder.client(*at, bytes);
        }
        if let Some((at, bytes)) = reply {
            recorder.server(at, bytes);
        }
        self.done.store(recorder.is_done(), Ordering::Relaxed);
        recorder.publish(waiting.len());
    }

    fn close(&self) {
        self.decode(None);
        let mut recorder = lock(&self.recorder);
        recorder.close(self.log.now());
        recorder.publish(0);
        self.done.store(true, Ordering::Relaxed);
    }
}

/// Accepts until the tap is dropped.
pub(super) fn accept(
    listener: &TcpListener,
    upstream: &Arc<dyn Upstream>,
    log: &Log,
    wires: &Arc<Wires>,
) {
    for client in listener.incoming() {
        while wires.served.load(Ordering::SeqCst) >= MOST && !wires.closed.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(5));
        }
        if wires.closed.load(Ordering::SeqCst) {
            return;
        }
        let Ok(client) = client else {
            // Out of descriptors, mostly: others must close before accepting can work again.
            thread::sleep(Duration::from_millis(10));
            continue;
        };
        let (upstream, wires) = (Arc::clone(upstream), Arc::clone(wires));
        let done = (Counted::new(log), Served::new(&wires));
        let log = log.clone();
        // A thread that cannot start drops the client's socket, which the client sees.
        let _ = thread::Builder::new().name("tap-client".to_owned()).spawn(move || {
            let _done = done;
            // A server that cannot be reached is the client's to notice: its connection closes.
            let _ = serve(client, &*upstream, &log, &wires);
        });
    }
}

/// Counts a connection for as long as it is served.
struct Served(Arc<Wires>);

impl Served {
    fn new(wires: &Arc<Wires>) -> Served {
        wires.served.fetch_add(1, Ordering::SeqCst);
        Served(Arc::clone(wires))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.0.served.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Counts a thread for as long as it lives.
struct Counted(Log);

impl Counted {
    fn new(log: &Log) -> Counted {
        log.thread(1);
        Counted(log.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.thread(-1);
    }
}

fn serve(client: TcpStream, to: &dyn Upstream, log: &Log, wires: &Wires) -> io::Result<()> {
    let server = to.open()?;
    client.set_nodelay(true)?;
    let client = Wire::Tcp(client);
    let id = wires.enter([client.try_clone()?, server.try_clone()?]);
    if wires.closed.load(Ordering::SeqCst) {
        // The tap was dropped while we connected, and may have looked through the wires already.
        wires.leave(id);
        return Ok(());
    }
    let link = Arc::new(Link {
        log: log.clone(),
        inbox: Mutex::default(),
        recorder: Mutex::new(Recorder::new(log.clone())),
        done: AtomicBool::new(false),
    });
    let outcome = thread::scope(|scope| {
        let back = thread::Builder::new()
            .name("tap-server".to_owned())
            .spawn_scoped(scope, || replies(&server, &client, &link))?;
        requests(&client, &server, &link);
        // From here the client can send nothing; the replies end with the server.
        let _ = back.join();
        Ok(())
    });
    link.close();
    wires.leave(id);
    outcome
}

fn requests(mut client: &Wire, mut server: &Wire, link: &Link) {
    let mut buffer = vec![0; CHUNK];
    while let Some(chunk) = read(&mut client, &mut buffer) {
        let piled = link.announce(chunk);
        let sent = server.write_all(chunk);
        if piled || sent.is_err() {
            link.decode(None);
        }
        if sent.is_err() {
            // The server closed. What it said before that is still on its way to the client.
            let _ = client.shutdown(Shutdown::Read);
            return;
        }
    }
    link.decode(None);
    let _ = server.shutdown(Shutdown::Write);
}

fn replies(mut server: &Wire, mut client: &Wire, link: &Link) {
    let mut buffer = vec![0; CHUNK];
    while let Some(chunk) = read(&mut server, &mut buffer) {
        let at = link.log.now();
        let sent = client.write_all(chunk);
        link.decode(Some((at, chunk)));
        if sent.is_err() {
            // The client is gone, as a closed socket is to a server without the tap between.
            let _ = server.shutdown(Shutdown::Both);
            break;
        }
    }
    link.close();
    let _ = client.shutdown(Shutdown::Write);
}

/// The next bytes; `None` at the end or when the connection broke, which is the same to us.
fn read<'a>(from: &mut &Wire, buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    loop {
        match from.read(buffer) {
            Ok(0) => return None,
            Ok(count) => return buffer.get(..count),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
