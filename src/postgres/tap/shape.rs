//! Whether a body has the shape that pgwire's decoders take for granted.
//!
//! pgwire reads with the panicking methods of `bytes::Buf`, which is fine for a peer one trusts but
//! not for a recorder that sits in the middle of somebody else's connection. So each body is walked
//! first, and a body that was cut at the tap's limit is closed off so that it decodes.

use bytes::{BufMut, BytesMut};

struct Walk<'a>(&'a [u8]);

impl Walk<'_> {
    fn skip(&mut self, count: usize) -> Option<()> {
        self.0 = self.0.get(count..)?;
        Some(())
    }

    fn text(&mut self) -> Option<()> {
        let end = self.0.iter().position(|&byte| byte == 0)?;
        self.skip(end + 1)
    }

    fn count(&mut self) -> Option<usize> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_be_bytes(*head).into())
    }

    /// A length and that many bytes; a negative length is a NULL without any.
    fn value(&mut self) -> Option<()> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        self.skip(usize::try_from(i32::from_be_bytes(*head)).unwrap_or(0))
    }
}

/// A client's message. Only those with a body that the recorder decodes are asked about.
pub(super) fn client(tag: u8, body: &[u8]) -> bool {
    let walk = &mut Walk(body);
    let shape = match tag {
        b'Q' => walk.text(),
        b'P' => parse(walk),
        b'B' => bind(walk),
        b'C' | b'D' => walk.skip(1).and_then(|()| walk.text()),
        b'E' => walk.text().and_then(|()| walk.skip(4)),
        _ => Some(()),
    };
    shape.is_some()
}

/// A server's message, likewise.
pub(super) fn server(tag: u8, body: &[u8]) -> bool {
    let walk = &mut Walk(body);
    let shape = match tag {
        b'C' => walk.text(),
        b'E' => fields(walk),
        b'T' => columns(walk),
        b'Z' => walk.skip(1),
        b't' => walk.count().and_then(|count| walk.skip(count * 4)),
        _ => Some(()),
    };
    shape.is_some()
}

fn parse(walk: &mut Walk<'_>) -> Option<()> {
    walk.text()?;
    walk.text()?;
    let types = walk.count()?;
    walk.skip(types * 4)
}

fn bind(walk: &mut Walk<'_>) -> Option<()> {
    walk.text()?;
    walk.text()?;
    let formats = walk.count()?;
    walk.skip(formats * 2)?;
    for _ in 0..walk.count()? {
        walk.value()?;
    }
    let formats = walk.count()?;
    walk.skip(formats * 2)
}

fn columns(walk: &mut Walk<'_>) -> Option<()> {
    for _ in 0..walk.count()? {
        walk.text()?;
        walk.skip(18)?;
    }
    Some(())
}

fn fields(walk: &mut Walk<'_>) -> Option<()> {
    while *walk.0.first()? != 0 {
        walk.skip(1)?;
        walk.text()?;
    }
    Some(())
}

/// Closes off a client's body that was cut: the SQL ends where it was cut, the parameters with the
/// last whole one.
pub(super) fn mend_client(tag: u8, body: &mut BytesMut) {
    match tag {
        b'Q' => body.put_u8(0),
        b'P' => {
            let walk = &mut Walk(body);
            let whole = walk.text().and_then(|()| walk.text());
            let end = body.len() - walk.0.len();
            match whole {
                Some(()) => body.truncate(end),
                None => body.put_u8(0),
            }
            body.put_u16(0);
        }
        b'B' => mend_bind(body),
        _ => {}
    }
}

fn mend_bind(body: &mut BytesMut) {
    let walk = &mut Walk(body);
    let head = walk.text().and_then(|()| walk.text()).and_then(|()| walk.count());
    let Some(()) = head.and_then(|formats| walk.skip(formats * 2)) else { return };
    let at = body.len() - walk.0.len();
    let Some(count) = walk.count() else { return };
    let mut whole: u16 = 0;
    let mut end = at + 2;
    while usize::from(whole) < count && walk.value().is_some() {
        whole += 1;
        end = body.len() - walk.0.len();
    }
    body.truncate(end);
    body[at..at + 2].copy_from_slice(&whole.to_be_bytes());
    body.put_u16(0);
}

/// Closes off a server's body that was cut: a long message ends where it was cut, and of a result
/// with too many columns to keep none are.
pub(super) fn mend_server(tag: u8, body: &mut BytesMut) {
    match tag {
        b'E' => body.put_slice(&[0, 0]),
        b'C' => body.put_u8(0),
        b'T' => {
            body.clear();
            body.put_u16(0);
        }
        _ => {}
    }
}
