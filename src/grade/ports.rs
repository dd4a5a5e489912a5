//! The ports of this machine that an answer may connect to.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

use rand::RngExt;

/// How an answer reaches the grader.
pub enum Network {
    /// As any program does.
    Open,
    /// It may connect to these ports alone. The last is for nobody to listen on.
    Listed(Vec<u16>),
    /// It has a network of its own, and a relay to ours.
    #[cfg(unix)]
    Relayed(crate::sandbox::relay::Relay),
}

/// Below the ports that systems hand out by themselves, so that few others are there.
const FIRST: u16 = 10_000;
const COUNT: u16 = 20_000;

/// More than any grader listens on in one run.
const ROOM: usize = 128;

impl Network {
    /// A list of ports on which nobody listens now, and that no other list of ours has.
    pub fn listed() -> Network {
        Network::Listed(
            std::iter::repeat_with(next).filter(|port| bind(*port).is_ok()).take(ROOM).collect(),
        )
    }

    /// The ports that a sandbox has to let it connect to.
    pub fn ports(&self) -> Vec<u16> {
        match self {
            Network::Listed(ports) => ports.clone(),
            _ => Vec::new(),
        }
    }

    /// Listens where the answer can connect to.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub fn listen(&mut self) -> io::Result<TcpListener> {
        match self {
            Network::Open => bind(0),
            // From the back, but for the last; one that somebody took meanwhile is passed over.
            Network::Listed(ports) => loop {
                let Some(at) = ports.len().checked_sub(2) else {
                    return Err(io::ErrorKind::AddrInUse.into());
                };
                if let Ok(listener) = bind(ports.swap_remove(at)) {
                    return Ok(listener);
                }
            },
            #[cfg(unix)]
            Network::Relayed(relay) => {
                let listener = bind(0)?;
                relay.open(listener.local_addr()?.port());
                Ok(listener)
            }
        }
    }

    /// A port on which nobody listens. Should somebody come, they have no such login.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub fn closed(&self) -> io::Result<u16> {
        match self {
            Network::Listed(ports) => {
                ports.last().copied().ok_or_else(|| io::ErrorKind::AddrInUse.into())
            }
            // One that was free a moment ago.
            _ => Ok(bind(0)?.local_addr()?.port()),
        }
    }

    /// The Unix socket of the relay.
    pub(super) fn relay(&self) -> Option<std::path::PathBuf> {
        match self {
            #[cfg(unix)]
            Network::Relayed(relay) => Some(relay.socket().to_owned()),
            _ => None,
        }
    }

    /// What the relay is to carry.
    pub(super) fn relayed(&self) -> Vec<u16> {
        match self {
            #[cfg(unix)]
            Network::Relayed(relay) => relay.ports(),
            _ => Vec::new(),
        }
    }
}

fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

/// Goes round from a place of chance, so that two processes are not in each other's way.
fn next() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let _ = NEXT.compare_exchange(
        0,
        rand::rng().random_range(1..COUNT),
        Ordering::Relaxed,
        Ordering::Relaxed,
    );
    let at = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
    FIRST + at
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn a_list_lets_the_grader_listen_and_keeps_a_port_where_nobody_does() {
        let mut network = Network::listed();
        let listed: BTreeSet<u16> = network.ports().into_iter().collect();
        assert_eq!(listed.len(), ROOM);
        let closed = network.closed().unwrap();
        let mut taken = Vec::new();
        while let Ok(listener) = network.listen() {
            assert!(listed.contains(&listener.local_addr().unwrap().port()));
            taken.push(listener);
        }
        assert!(taken.len() > ROOM / 2, "{}", taken.len());
        assert!(listed.contains(&closed) && network.closed().unwrap() == closed);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, closed)).is_err());
    }
}
