//! A tap on the wire: a small proxy on the loopback that passes every byte between a PostgreSQL
//! client and its server unchanged, and records what passed.
//!
//! Two blocking threads serve each connection, one per direction. Each forwards what it has read
//! before anything is decoded, so that a round trip waits for the copy and never for the record.
//! What the tap does not understand (TLS, replication, a malformed message) still passes; only the
//! recording of that connection stops, which [`Log::opaque`] counts.

mod frame;
mod gate;
mod log;
mod proxy;
mod recorder;
mod replies;
mod running;
mod session;
mod shape;
mod statement;
#[cfg(test)]
mod tests;
pub mod value;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub use gate::{Barrier, Deed, Gate, Matches, When};
pub use log::{Log, Message, Side};
pub use recorder::Recorder;
pub use statement::{Column, Param, Protocol, ServerError, Statement, TransactionStatus};
pub use value::display_value;

use proxy::Wires;

use super::wire::Upstream;

/// How long dropping a tap waits for the threads of its connections to notice.
const FAREWELL: Duration = Duration::from_secs(1);

/// A listening proxy in front of one server. Dropping it closes the listener and every connection
/// through it, and its threads end; a [`Log`] taken from it stays readable.
pub struct Tap {
    address: SocketAddr,
    log: Log,
    wires: Arc<Wires>,
    gate: Option<Gate>,
    listener: Option<JoinHandle<()>>,
}

impl Tap {
    /// Listens on a free port of 127.0.0.1 and passes each connection on to `upstream`: an
    /// [`Address`](super::address::Address), or a host and port, resolved anew for each of them.
    ///
    /// # Errors
    ///
    /// When the port cannot be opened or the thread cannot be started. An upstream that does not
    /// answer is no error here: its client sees the connection close.
    pub fn start(upstream: impl Upstream) -> io::Result<Tap> {
        Tap::on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, upstream)
    }

    /// The same on a port that is open already.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub fn on(listener: TcpListener, upstream: impl Upstream) -> io::Result<Tap> {
        Tap::made(listener, upstream, None)
    }

    /// The same with a gate that everything has to pass.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub fn gated(listener: TcpListener, upstream: impl Upstream, gate: Gate) -> io::Result<Tap> {
        Tap::made(listener, upstream, Some(gate))
    }

    fn made(listener: TcpListener, upstream: impl Upstream, gate: Option<Gate>) -> io::Result<Tap> {
        let address = listener.local_addr()?;
        let log = Log::new();
        let wires = Arc::new(Wires::default());
        let listener = thread::Builder::new().name("tap".to_owned()).spawn({
            let (log, wires, gate) = (log.clone(), Arc::clone(&wires), gate.clone());
            let upstream: Arc<dyn Upstream> = Arc::new(upstream);
            move || proxy::accept(&listener, &upstream, &log, &wires, gate.as_ref())
        })?;
        Ok(Tap { address, log, wires, gate, listener: Some(listener) })
    }

    /// Where clients connect instead of to the server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The record, as a handle that is cheap to clone and outlives the tap.
    pub fn log(&self) -> Log {
        self.log.clone()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.wires.closed.store(true, Ordering::SeqCst);
        if let Some(gate) = &self.gate {
            gate.open();
        }
        // The standard library cannot interrupt `accept`; a connection of our own can.
        let woken = TcpStream::connect_timeout(&self.address, FAREWELL);
        if let (Ok(_), Some(listener)) = (woken, self.listener.take()) {
            // A listener that panicked has nothing left to close.
            let _ = listener.join();
        }
        self.wires.cut_all();
        self.log.wait_for_threads(FAREWELL);
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap").field("address", &self.address).finish_non_exhaustive()
    }
}
