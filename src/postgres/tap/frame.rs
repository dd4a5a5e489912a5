//! Cutting a stream of bytes into protocol messages, wherever the network happened to split it.

use bytes::BytesMut;

/// As much of one message is kept as this, in bytes; the rest is counted and passed over.
const KEPT: usize = 1 << 20;

/// PostgreSQL refuses a longer startup packet, so a longer one is something else (a TLS hello).
const STARTUP_LIMIT: usize = 10_000;

/// One message.
#[derive(Debug)]
pub(super) struct Frame {
    /// The type byte; 0 for a startup packet, which has none.
    pub(super) tag: u8,
    /// Its size on the wire, type and length included.
    pub(super) bytes: usize,
    /// Its body, or as much as is kept of it.
    pub(super) body: BytesMut,
    /// Whether the body is longer than what is kept.
    pub(super) cut: bool,
}

impl Frame {
    /// The texts in its body, as far as it consists of texts that end with a zero byte.
    pub(super) fn texts(&self) -> Vec<String> {
        let texts = self.body[..].split(|byte| *byte == 0);
        texts.map(|text| String::from_utf8_lossy(text).into_owned()).collect()
    }
}

/// A length that no PostgreSQL message can have.
pub(super) struct Malformed;

/// The state of one direction between two chunks.
#[derive(Debug)]
pub(super) struct Splitter {
    /// Whether a type byte precedes the length: everywhere but in a client's first packets.
    typed: bool,
    /// Which message bodies are worth keeping.
    keep: fn(u8) -> bool,
    header: [u8; 5],
    filled: usize,
    /// The message whose body is being read, and how many bytes of it are still to come.
    current: Option<(Frame, usize)>,
}

impl Splitter {
    pub(super) fn new(typed: bool, keep: fn(u8) -> bool) -> Splitter {
        Splitter { typed, keep, header: [0; 5], filled: 0, current: None }
    }

    /// From here on messages carry a type byte.
    pub(super) fn expect_types(&mut self) {
        self.typed = true;
    }

    /// Whether the next byte starts a message.
    pub(super) fn at_boundary(&self) -> bool {
        self.filled == 0 && self.current.is_none()
    }

    /// Takes the next whole message off the front of `input`; `None` once `input` is used up.
    pub(super) fn next(&mut self, input: &mut &[u8]) -> Result<Option<Frame>, Malformed> {
        if self.current.is_none() {
            let size = if self.typed { 5 } else { 4 };
            let taken = (size - self.filled).min(input.len());
            let (head, rest) = input.split_at(taken);
            self.header[self.filled..self.filled + taken].copy_from_slice(head);
            self.filled += taken;
            *input = rest;
            if self.filled < size {
                return Ok(None);
            }
            self.filled = 0;
            self.current = Some(self.open(size)?);
        }
        let Some((mut frame, left)) = self.current.take() else { return Ok(None) };
        let (body, rest) = input.split_at(left.min(input.len()));
        *input = rest;
        if (self.keep)(frame.tag) {
            let room = KEPT - frame.body.len();
            frame.body.extend_from_slice(&body[..body.len().min(room)]);
            frame.cut |= body.len() > room;
        }
        if body.len() == left {
            return Ok(Some(frame));
        }
        self.current = Some((frame, left - body.len()));
        Ok(None)
    }

    /// Reads the header that was just completed: the message to fill, and the size of its body.
    fn open(&self, size: usize) -> Result<(Frame, usize), Malformed> {
        let (tag, at) = if self.typed { (self.header[0], 1) } else { (0, 0) };
        let header = &self.header;
        let length = [header[at], header[at + 1], header[at + 2], header[at + 3]];
        let length = usize::try_from(i32::from_be_bytes(length)).map_err(|_| Malformed)?;
        let left = length.checked_sub(4).ok_or(Malformed)?;
        if !self.typed && !(4..=STARTUP_LIMIT).contains(&left) {
            return Err(Malformed);
        }
        Ok((Frame { tag, bytes: size + left, body: BytesMut::new(), cut: false }, left))
    }
}

/// The name of a client's message, if it is one that the tap knows.
pub(super) fn client_kind(tag: u8) -> Option<&'static str> {
    Some(match tag {
        b'B' => "Bind",
        b'C' => "Close",
        b'D' => "Describe",
        b'E' => "Execute",
        b'F' => "FunctionCall",
        b'H' => "Flush",
        b'P' => "Parse",
        b'Q' => "Query",
        b'S' => "Sync",
        b'X' => "Terminate",
        b'c' => "CopyDone",
        b'd' => "CopyData",
        b'f' => "CopyFail",
        b'p' => "PasswordMessage",
        _ => return None,
    })
}

/// The name of a server's message, if it is one that the tap knows.
pub(super) fn server_kind(tag: u8) -> Option<&'static str> {
    Some(match tag {
        b'1' => "ParseComplete",
        b'2' => "BindComplete",
        b'3' => "CloseComplete",
        b'A' => "NotificationResponse",
        b'C' => "CommandComplete",
        b'D' => "DataRow",
        b'E' => "ErrorResponse",
        b'G' => "CopyInResponse",
        b'H' => "CopyOutResponse",
        b'I' => "EmptyQueryResponse",
        b'K' => "BackendKeyData",
        b'N' => "NoticeResponse",
        b'R' => "Authentication",
        b'S' => "ParameterStatus",
        b'T' => "RowDescription",
        b'V' => "FunctionCallResponse",
        b'Z' => "ReadyForQuery",
        b'c' => "CopyDone",
        b'd' => "CopyData",
        b'n' => "NoData",
        b's' => "PortalSuspended",
        b't' => "ParameterDescription",
        b'v' => "NegotiateProtocolVersion",
        _ => return None,
    })
}
