//! # Reaching what is not its database
//!
//! connects to another port of the machine | Connection refused | Permission denied
//! connects to it by IPv6 | Connection refused | Permission denied
//! connects to the server past the grader | Connection refused | Permission denied
//! connects to another machine | Network is unreachable | Permission denied
//! asks the relay for another port | closed | none
//! listens | GOT () | Permission denied
//! sends a datagram | Network is unreachable | Permission denied
//! connects to a Unix socket | No such file or directory | Permission denied
//! connects to an abstract Unix socket | Connection refused | Permission denied
//! makes a raw socket | Operation not permitted | Permission denied
//! makes a netlink socket | GOT () | Permission denied
//! makes a packet socket | Permission denied | Permission denied
//! makes a socket to the hypervisor | Permission denied | Permission denied
//! makes an MPTCP socket | GOT () | Permission denied

use std::io::{Error, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr as UnixAddr, UnixStream};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

fn connect(address: &str) -> Result<(), Error> {
    let address: SocketAddr = address.parse().map_err(Error::other)?;
    TcpStream::connect_timeout(&address, Duration::from_secs(2)).map(drop)
}

fn socket(family: i32, kind: Type, protocol: Option<Protocol>) -> Result<(), Error> {
    Socket::new_raw(Domain::from(family), kind, protocol).map(drop)
}

/// What the relay says to a port that it was not told of.
fn relay() -> Result<Vec<u8>, Error> {
    let mut stream = UnixStream::connect("relay").map_err(|_| Error::other("none"))?;
    stream.write_all(&"@tcp@".parse::<u16>().unwrap_or(9).to_be_bytes())?;
    let mut said = Vec::new();
    stream.read_to_end(&mut said)?;
    if said.is_empty() { Err(Error::other("closed")) } else { Ok(said) }
}

fn attempts(_: &mut postgres::Client) {
    attempt("connects to another port of the machine", connect("127.0.0.1:@tcp@"));
    attempt("connects to it by IPv6", connect("[::1]:@tcp6@"));
    attempt("connects to the server past the grader", connect("127.0.0.1:@server@"));
    attempt("connects to another machine", connect("192.0.2.1:80"));
    attempt("asks the relay for another port", relay());
    attempt("listens", TcpListener::bind("127.0.0.1:0").map(drop));
    let datagram = UdpSocket::bind("127.0.0.1:0").and_then(|s| s.send_to(b"x", "192.0.2.1:53"));
    attempt("sends a datagram", datagram);
    attempt("connects to a Unix socket", UnixStream::connect("@unix@").map(drop));
    let hidden = UnixAddr::from_abstract_name("@abstract@");
    let hidden = hidden.and_then(|name| UnixStream::connect_addr(&name)).map(drop);
    attempt("connects to an abstract Unix socket", hidden);
    attempt("makes a raw socket", socket(2, Type::RAW, Some(Protocol::ICMPV4)));
    attempt("makes a netlink socket", socket(16, Type::RAW, None));
    attempt("makes a packet socket", socket(17, Type::RAW, None));
    attempt("makes a socket to the hypervisor", socket(40, Type::STREAM, None));
    attempt("makes an MPTCP socket", socket(2, Type::STREAM, Some(Protocol::MPTCP)));
}
