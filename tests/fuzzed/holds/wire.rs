//! The tap: whatever the two sides say, it passes, and the record of it is one and does not depend
//! on where the network cut it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use pglings::postgres::tap::{Log, Param, Recorder, Tap, display_value};

use super::byte;

/// The types whose values have a decoder of their own, and one that nothing knows.
const TYPES: [u32; 32] = [
    16, 17, 18, 19, 20, 21, 23, 25, 26, 28, 114, 142, 600, 700, 701, 1000, 1007, 1009, 1042, 1043,
    1082, 1083, 1114, 1184, 1186, 1231, 1266, 1700, 2950, 3220, 3802, 90_000,
];

/// Turns of the two sides. Of each, the first byte says whose it is, and whether it is framed as a
/// message or stands as it is; the second its type, the third its length.
fn turns(mut data: &[u8]) -> Vec<(bool, Vec<u8>)> {
    let mut turns = Vec::new();
    if byte(&mut data).is_multiple_of(2) {
        let startup = b"\0\0\0\x10\0\x03\0\0user\0u\0\0".to_vec();
        turns.push((true, startup));
        turns.push((false, b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I".to_vec()));
    }
    while !data.is_empty() {
        let (kind, tag) = (byte(&mut data), byte(&mut data));
        let length = usize::from(byte(&mut data)).min(data.len());
        let (body, rest) = data.split_at(length);
        data = rest;
        let mut bytes = body.to_vec();
        if kind & 2 == 0 {
            bytes.splice(0..0, (length as u32 + 4).to_be_bytes());
            bytes.insert(0, tag);
        }
        turns.push((kind & 1 == 0, bytes));
    }
    turns
}

fn play(turns: &[(bool, Vec<u8>)], chunk: usize) -> (Log, bool) {
    let log = Log::new();
    log.record_messages(true);
    let mut recorder = Recorder::new(log.clone());
    for (client, bytes) in turns {
        for piece in bytes.chunks(chunk) {
            match client {
                true => recorder.client(Duration::ZERO, piece),
                false => recorder.server(Duration::ZERO, piece),
            }
            recorder.publish(0);
        }
    }
    recorder.close(Duration::ZERO);
    recorder.publish(0);
    assert!(log.settle(Duration::ZERO), "a closed connection leaves nothing in flight");
    let done = recorder.is_done();
    (log, done)
}

/// Any turns make the same record in one piece as byte by byte.
pub(crate) fn recorder(data: &[u8]) {
    let turns = turns(data);
    let (whole, single) = (play(&turns, usize::MAX), play(&turns, 1));
    assert!(whole.1 && single.1);
    assert_eq!(whole.0.statements(), single.0.statements());
    assert_eq!(whole.0.opaque(), single.0.opaque());
    assert_eq!(whole.0.connections(), single.0.connections());
    for statement in whole.0.statements() {
        statement.params.iter().for_each(|param| drop(param.to_string()));
    }
}

/// Any bytes of a value have a text, and not a much longer one.
pub(crate) fn values(mut data: &[u8]) {
    let oid = TYPES[usize::from(byte(&mut data)) % TYPES.len()];
    let name = ["vector", "_vector", "_mood", "mood"][usize::from(byte(&mut data)) % 4];
    let text = display_value(oid, Some(name), true, data);
    assert!(text.len() <= (2 << 20) + 4 * data.len(), "{} of {}", text.len(), data.len());
    for binary in [true, false] {
        let _ = Param { type_oid: oid, value: Some(data.to_vec()), binary }.to_string();
    }
}

/// What each side sends arrives at the other as it was, in whatever pieces it was sent.
pub(crate) fn passes_through(data: &[u8]) {
    let (one, other) = data.split_at(data.len() / 3);
    let chunk = usize::from(data.first().copied().unwrap_or(1)) + 1;
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let tap = Tap::start(server.local_addr().unwrap()).unwrap();
    let mut client = TcpStream::connect(tap.address()).unwrap();
    thread::scope(|scope| {
        let served = scope.spawn(|| said(&mut server.accept().unwrap().0, other, chunk));
        assert_eq!(said(&mut client, one, chunk), other, "from the server");
        assert_eq!(served.join().unwrap(), one, "from the client");
    });
}

/// Says these bytes to the other side, and returns what that says.
fn said(stream: &mut TcpStream, bytes: &[u8], chunk: usize) -> Vec<u8> {
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    for piece in bytes.chunks(chunk) {
        stream.write_all(piece).unwrap();
    }
    stream.shutdown(Shutdown::Write).unwrap();
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).unwrap();
    heard
}
