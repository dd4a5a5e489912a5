//! A way to the grader's ports out of a sandbox that has no network.
//!
//! Inside, this process listens on the very ports that the grader listens on outside, so that an
//! answer connects as it would anywhere. What comes is carried over a Unix socket, which begins
//! with the port's number. Inwards it is framed, since a stream alone cannot say that the other
//! side broke off: a length and so many bytes, or one of two lengths that say how it ended.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

/// The length that says that the other side has said all.
const ENDED: u16 = 0;
/// The length that says that the other side broke off.
const BROKEN: u16 = u16::MAX;
/// The most bytes of a frame.
const LONGEST: usize = 32 * 1024;

/// The inner end.
pub(crate) struct Relay {
    socket: PathBuf,
    ports: BTreeSet<u16>,
}

impl Relay {
    pub(crate) fn new(socket: PathBuf) -> Relay {
        Relay { socket, ports: BTreeSet::new() }
    }

    /// Listens on these ports, beside those that it listens on already.
    pub(crate) fn open(&mut self, ports: &[u16]) -> io::Result<()> {
        for port in ports.iter().filter(|port| !self.ports.contains(port)) {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, *port))?;
            let (socket, port) = (self.socket.clone(), *port);
            thread::Builder::new().spawn(move || {
                for client in listener.incoming().flatten() {
                    // One that cannot be carried is closed, as by a server that hangs up.
                    let _ = carry(client, &socket, port);
                }
            })?;
        }
        self.ports.extend(ports);
        Ok(())
    }
}

fn carry(mut client: TcpStream, socket: &Path, port: u16) -> io::Result<()> {
    let mut outside = UnixStream::connect(socket)?;
    outside.write_all(&port.to_be_bytes())?;
    client.set_nodelay(true)?;
    let (mut from, mut to) = (client.try_clone()?, outside.try_clone()?);
    thread::Builder::new().spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    })?;
    thread::Builder::new().spawn(move || {
        if unframe(&mut outside, &mut client).is_ok_and(|ending| ending == BROKEN) {
            // So that the client is told as it would be without us. The connection is reset by the
            // last to close it, and the other thread waits for the client to speak.
            let zero = Some(std::time::Duration::ZERO);
            let _ = socket2::SockRef::from(&client).set_linger(zero);
            let _ = client.shutdown(Shutdown::Read);
        } else {
            let _ = client.shutdown(Shutdown::Write);
        }
    })?;
    Ok(())
}

/// Takes frames to their end and returns which it was.
fn unframe(from: &mut impl Read, to: &mut impl Write) -> io::Result<u16> {
    let mut buffer = vec![0; LONGEST];
    loop {
        let mut length = [0; 2];
        from.read_exact(&mut length)?;
        match u16::from_be_bytes(length) {
            ending @ (ENDED | BROKEN) => return Ok(ending),
            length => {
                let frame = &mut buffer[..usize::from(length).min(LONGEST)];
                from.read_exact(frame)?;
                to.write_all(frame)?;
            }
        }
    }
}

/// The outer end of one connection: reads the port, and carries until both sides have ended.
/// `connect` decides whether that port may be connected to.
pub fn serve(
    mut inside: UnixStream,
    connect: impl FnOnce(u16) -> io::Result<TcpStream>,
) -> io::Result<()> {
    let mut port = [0; 2];
    inside.read_exact(&mut port)?;
    let mut server = connect(u16::from_be_bytes(port))?;
    let up = outwards(&inside, &server)?;
    let result = frame(&mut server, &mut inside);
    let _ = inside.shutdown(Shutdown::Write);
    let _ = up.join();
    result
}

/// Carries what passes between the two as it is, until both sides have ended.
pub fn carry_plainly(inside: UnixStream, server: TcpStream) -> io::Result<()> {
    let up = outwards(&inside, &server)?;
    let (mut from, mut to) = (server, inside);
    let result = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
    let _ = up.join();
    result.map(drop)
}

/// Carries to the server what comes from inside, until that has ended.
fn outwards(inside: &UnixStream, server: &TcpStream) -> io::Result<JoinHandle<()>> {
    server.set_nodelay(true)?;
    let (mut from, mut to) = (inside.try_clone()?, server.try_clone()?);
    thread::Builder::new().spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    })
}

/// Makes frames of all that comes.
fn frame(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; 2 + LONGEST];
    loop {
        let ending = match from.read(&mut buffer[2..]) {
            Ok(0) => ENDED,
            Ok(count) => {
                // A chunk is no longer than the buffer, so its length fits.
                let length = u16::try_from(count).unwrap_or(BROKEN);
                buffer[..2].copy_from_slice(&length.to_be_bytes());
                to.write_all(&buffer[..2 + count])?;
                continue;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => BROKEN,
        };
        return to.write_all(&ending.to_be_bytes());
    }
}
