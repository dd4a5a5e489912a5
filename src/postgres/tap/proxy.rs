//! The sockets and threads: who reads what, and when it is decoded.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::frame::Splitter;
use super::gate::{Deed, Gate, Requests, When};
use super::log::Log;
use super::recorder::Recorder;
use crate::lock::locked;
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
        for socket in locked(&self.open).1.values().flatten() {
            // A socket that is gone already needs no closing.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    fn enter(&self, sockets: [Wire; 2]) -> u64 {
        let mut open = locked(&self.open);
        open.0 += 1;
        let id = open.0;
        open.1.insert(id, sockets);
        id
    }

    fn leave(&self, id: u64) {
        locked(&self.open).1.remove(&id);
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
    gate: Option<Gated>,
}

/// A connection at its gate.
struct Gated {
    gate: Gate,
    connection: u64,
    turns: Mutex<Turns>,
}

/// How far it has come.
#[derive(Default)]
struct Turns {
    /// How often the server is going to say that it is ready, and has said so.
    asked: u64,
    ready: u64,
    /// Whether a transaction was open when it said so last.
    in_transaction: bool,
    /// Whether it was asked by a `Sync` last. A call for COPY data swallows that one.
    by_sync: bool,
    /// Whether the server's next byte says whether it can encrypt.
    encrypts: bool,
    /// The end of whose replies the gate closes at, as a number of the above.
    after: Option<(u64, Deed, String)>,
}

impl Gated {
    /// What is to be done once the reply to a statement has come whole.
    fn due(&self) -> Option<(Deed, String)> {
        let mut turns = locked(&self.turns);
        let ready = turns.ready;
        let (_, deed, sql) = turns.after.take_if(|(at, ..)| *at <= ready)?;
        Some((deed, sql))
    }
}

impl Link {
    /// Notes what is about to be forwarded; true when it is time to decode some of it.
    fn announce(&self, bytes: &[u8]) -> bool {
        if self.done.load(Ordering::Relaxed) {
            return true;
        }
        self.log.chunk_read();
        let mut inbox = locked(&self.inbox);
        inbox.push((self.log.now(), bytes.to_vec()));
        inbox.len() >= PILE
    }

    fn decode(&self, reply: Option<(Duration, &[u8])>) {
        if self.done.load(Ordering::Relaxed) && locked(&self.inbox).is_empty() {
            return;
        }
        let mut recorder = locked(&self.recorder);
        let waiting = std::mem::take(&mut *locked(&self.inbox));
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
        let mut recorder = locked(&self.recorder);
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
    gate: Option<&Gate>,
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
        let (log, gate) = (log.clone(), gate.cloned());
        // A thread that cannot start drops the client's socket, which the client sees.
        let _ = thread::Builder::new().name("tap-client".to_owned()).spawn(move || {
            let _done = done;
            // A server that cannot be reached is the client's to notice: its connection closes.
            let _ = serve(client, &*upstream, &log, &wires, gate);
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

fn serve(
    client: TcpStream,
    to: &dyn Upstream,
    log: &Log,
    wires: &Wires,
    gate: Option<Gate>,
) -> io::Result<()> {
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
        gate: gate.map(|gate| Gated { gate, connection: id, turns: Mutex::default() }),
    });
    let outcome = thread::scope(|scope| {
        let back = thread::Builder::new()
            .name("tap-server".to_owned())
            .spawn_scoped(scope, || replies(&server, &client, &link))?;
        match &link.gate {
            None => requests(&client, &server, &link),
            Some(gated) => gated_requests(&client, &server, &link, gated),
        }
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

/// Message for message, so that the gate can close before any.
fn gated_requests(mut client: &Wire, mut server: &Wire, link: &Link, gated: &Gated) {
    let mut buffer = vec![0; CHUNK];
    let mut requests = Requests::default();
    while let Some(chunk) = read(&mut client, &mut buffer) {
        requests.push(chunk);
        loop {
            let in_transaction = locked(&gated.turns).in_transaction;
            let Some(request) = requests.next(in_transaction) else { break };
            let before = gated.gate.meet(When::Before, request.begins.as_deref());
            match (before, &request.begins) {
                (Some(Deed::Hold), Some(sql)) => gated.gate.hold(gated.connection, sql),
                (Some(Deed::Cut), _) => {
                    cut(client, server);
                    return link.decode(None);
                }
                _ => {}
            }
            let after = gated.gate.meet(When::After, request.runs.as_deref());
            if let (Some(deed), Some(sql)) = (after, &request.runs) {
                let mut turns = locked(&gated.turns);
                turns.after = Some((turns.asked + 1, deed, sql.clone()));
            }
            let mut turns = locked(&gated.turns);
            turns.asked += u64::from(request.answered);
            if request.answered {
                turns.by_sync = request.bytes[0] == b'S';
            }
            turns.encrypts |= request.encrypts;
            drop(turns);
            link.announce(&request.bytes);
            if server.write_all(&request.bytes).is_err() {
                link.decode(None);
                // What the server said before it closed is still on its way to the client.
                let _ = client.shutdown(Shutdown::Read);
                return;
            }
        }
    }
    link.decode(None);
    let _ = server.shutdown(Shutdown::Write);
}

/// Whole replies, where the gate closes behind one.
fn gated_replies(mut server: &Wire, mut client: &Wire, link: &Link, gated: &Gated) {
    let mut buffer = vec![0; CHUNK];
    let mut splitter = Splitter::new(true, |tag| tag == b'Z');
    let mut whole = Vec::new();
    while let Some(chunk) = read(&mut server, &mut buffer) {
        let at = link.log.now();
        let mut rest = chunk;
        if !rest.is_empty() && std::mem::take(&mut locked(&gated.turns).encrypts) {
            rest = &rest[1..];
        }
        // What is no message comes as it is.
        while let Ok(Some(frame)) = splitter.next(&mut rest) {
            let mut turns = locked(&gated.turns);
            if frame.tag == b'Z' {
                turns.in_transaction = frame.body.first() == Some(&b'T');
            }
            turns.ready += u64::from(frame.tag == b'Z' || frame.tag == b'G' && turns.by_sync);
        }
        link.decode(Some((at, chunk)));
        whole.extend_from_slice(chunk);
        if let Some((deed, sql)) = gated.due() {
            match deed {
                Deed::Hold => gated.gate.hold(gated.connection, &sql),
                Deed::Cut => {
                    cut(client, server);
                    break;
                }
            }
        }
        if locked(&gated.turns).after.is_some() {
            continue;
        }
        if client.write_all(&std::mem::take(&mut whole)).is_err() {
            let _ = server.shutdown(Shutdown::Both);
            break;
        }
    }
    // It went away in the middle of a reply.
    let _ = client.write_all(&whole);
    link.close();
    let _ = client.shutdown(Shutdown::Write);
}

fn cut(client: &Wire, server: &Wire) {
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn replies(mut server: &Wire, mut client: &Wire, link: &Link) {
    if let Some(gated) = &link.gate {
        return gated_replies(server, client, link, gated);
    }
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
