//! One connection's bytes in, statements out. No sockets here, so any bytes can be tried.

use std::sync::Arc;
use std::time::Duration;

use pgwire::messages::cancel::CancelRequest;
use pgwire::messages::response::SslResponse;
use pgwire::messages::startup::{GssEncRequest, SslRequest};

use super::frame::{self, Frame, Splitter};
use super::log::{Log, Message, Side};
use super::running::Bound;
use super::session::Session;

/// How many messages wait for an exchange to end.
const HELD: usize = 1000;

/// Decodes both directions of one connection and publishes to a [`Log`].
///
/// The two directions may be fed in any chunks, as long as no reply is fed before the request that
/// it answers. Bytes that are not PostgreSQL's protocol are no error: they end the recording.
#[derive(Debug)]
pub struct Recorder {
    log: Log,
    client: Splitter,
    server: Splitter,
    session: Session,
    /// The session's number; 0 until its startup packet has come.
    number: u32,
    messages: Vec<Message>,
    /// The `Bind`s among them, by their places.
    binds: Vec<(usize, Arc<Bound>)>,
    recording: bool,
    opaque: bool,
    closed: bool,
    /// What the log was last told: that a statement is in flight here.
    busy: bool,
}

impl Recorder {
    /// A recorder for a connection that was just accepted.
    pub fn new(log: Log) -> Recorder {
        let client = Splitter::new(false, |tag| !matches!(tag, b'd' | b'f' | b'p'));
        let server =
            Splitter::new(true, |tag| matches!(tag, b'C' | b'E' | b'K' | b'T' | b'Z' | b't'));
        let (session, messages, binds) = (Session::default(), Vec::new(), Vec::new());
        let (number, recording, opaque, closed, busy) = (0, false, false, false, false);
        Recorder {
            log,
            client,
            server,
            session,
            number,
            messages,
            binds,
            recording,
            opaque,
            closed,
            busy,
        }
    }

    /// Whether the recording ended, because the bytes made no sense or the connection closed.
    pub fn is_done(&self) -> bool {
        self.opaque || self.closed
    }

    /// Takes bytes that the client sent, read `at` this time since the log's start.
    pub fn client(&mut self, at: Duration, bytes: &[u8]) {
        self.recording = self.log.recording();
        let mut rest = bytes;
        while !self.is_done() {
            match self.client.next(&mut rest) {
                Ok(Some(frame)) => self.request(at, frame),
                Ok(None) => break,
                Err(_) => self.give_up(at),
            }
        }
    }

    /// Takes bytes that the server sent, likewise.
    pub fn server(&mut self, at: Duration, bytes: &[u8]) {
        self.recording = self.log.recording();
        let mut rest = bytes;
        while !self.is_done() {
            if self.session.awaits_encryption() && self.server.at_boundary() {
                let Some((&answer, after)) = rest.split_first() else { break };
                // An old server may answer with an ErrorResponse, which is an ordinary message.
                if answer != b'E' {
                    rest = after;
                    self.encryption(at, answer);
                    continue;
                }
            }
            match self.server.next(&mut rest) {
                Ok(Some(frame)) => self.reply(at, frame),
                Ok(None) => break,
                Err(_) => self.give_up(at),
            }
        }
    }

    /// Ends the record of this connection; what is still in flight is recorded as unanswered.
    pub fn close(&mut self, at: Duration) {
        if !self.closed {
            self.closed = true;
            self.log.over(self.number);
            self.session.close(at);
        }
    }

    /// Hands what was found to the log, which had counted `chunks` of this connection as unread.
    pub fn publish(&mut self, chunks: usize) {
        let busy = !self.session.is_idle();
        let due = !busy || self.is_done() || self.messages.len() >= HELD;
        if due && !self.messages.is_empty() && (self.number > 0 || self.is_done()) {
            // A client may send values before we have heard of their types, which its server has
            // told it; when the exchange has ended we have.
            for (at, bound) in self.binds.drain(..) {
                self.messages[at].detail = values(&bound);
            }
            for message in &mut self.messages {
                message.connection = self.number;
            }
            self.log.append_messages(&mut self.messages);
        }
        let change = isize::from(busy) - isize::from(self.busy);
        self.busy = busy;
        let found = self.session.found(self.number);
        self.log.publish(change.saturating_sub_unsigned(chunks), found);
    }

    fn request(&mut self, at: Duration, mut frame: Frame) {
        if frame.tag == 0 {
            return self.first(at, &frame);
        }
        let Some(kind) = frame::client_kind(frame.tag) else { return self.give_up(at) };
        let texts = if self.recording { frame.texts() } else { Vec::new() };
        self.note(at, Side::Client, kind, frame.bytes);
        if frame.tag == b'X' {
            self.log.over(self.number);
        }
        if self.session.request(at, &mut frame).is_err() {
            return self.give_up(at);
        }
        let text = |at: usize| texts.get(at).cloned().unwrap_or_default();
        self.detail(|| match frame.tag {
            b'Q' => text(0),
            b'P' => text(1),
            _ => String::new(),
        });
        if self.recording
            && frame.tag == b'B'
            && let Some(bound) = self.session.portals.get(&text(0))
        {
            self.binds.push((self.messages.len() - 1, Arc::clone(bound)));
        }
    }

    fn reply(&mut self, at: Duration, mut frame: Frame) {
        let Some(kind) = frame::server_kind(frame.tag) else { return self.give_up(at) };
        self.note(at, Side::Server, kind, frame.bytes);
        if frame.tag == b'K'
            && let Some(process) = frame.body.first_chunk()
        {
            self.log.serves(self.number, i32::from_be_bytes(*process));
        }
        let texts = if self.recording { frame.texts() } else { Vec::new() };
        self.detail(|| match frame.tag {
            b'C' => texts.first().cloned().unwrap_or_default(),
            // Each field is a letter and a text: C is the SQLSTATE, M the message.
            b'E' => {
                let field = |letter| texts.iter().find_map(|text| text.strip_prefix(letter));
                format!("{} {}", field('C').unwrap_or_default(), field('M').unwrap_or_default())
            }
            b'Z' => match texts.first().map(String::as_str) {
                Some("T") => "in a transaction".to_owned(),
                Some("E") => "in a failed transaction".to_owned(),
                _ => String::new(),
            },
            _ => String::new(),
        });
        if self.session.reply(at, &mut frame).is_err() {
            self.give_up(at);
        }
    }

    /// Says more of the message that was noted last.
    fn detail(&mut self, say: impl FnOnce() -> String) {
        if self.recording
            && let Some(message) = self.messages.last_mut()
        {
            message.detail = say();
        }
    }

    /// A packet without a type byte: a request for encryption, a cancel request, or the startup.
    fn first(&mut self, at: Duration, frame: &Frame) {
        // pgwire tells the packets apart by length and code together.
        let length = u32::try_from(frame.bytes).unwrap_or(0).to_be_bytes();
        let packet = [&length, &frame.body[..]].concat();
        if SslRequest::is_ssl_request_packet(&packet) {
            self.note(at, Side::Client, "SSLRequest", frame.bytes);
            self.session.expect_encryption();
        } else if GssEncRequest::is_gss_enc_request_packet(&packet) {
            self.note(at, Side::Client, "GSSENCRequest", frame.bytes);
            self.session.expect_encryption();
        } else if CancelRequest::is_cancel_request_packet(&packet) {
            self.note(at, Side::Client, "CancelRequest", frame.bytes);
            self.log.cancel();
            self.close(at);
        } else {
            self.note(at, Side::Client, "StartupMessage", frame.bytes);
            self.client.expect_types();
            self.number = self.log.open();
            self.session.expect_startup();
            // Protocol 3 is the only one there is; 2 has been gone since PostgreSQL 14.
            if packet.get(4..6) != Some(&[0, 3]) {
                self.give_up(at);
            }
        }
    }

    /// The single byte that answers a request for encryption.
    fn encryption(&mut self, at: Duration, answer: u8) {
        self.note(at, Side::Server, "EncryptionResponse", 1);
        self.session.encryption_answered();
        // Once encryption is accepted, what follows is not for our eyes.
        if answer != SslResponse::BYTE_REFUSE {
            self.give_up(at);
        }
    }

    fn note(&mut self, at: Duration, from: Side, kind: &'static str, bytes: usize) {
        if self.recording {
            self.messages.push(Message {
                connection: 0,
                from,
                at,
                kind,
                bytes,
                detail: String::new(),
            });
        }
    }

    /// Stops recording this connection. An encrypted one is still a session of its own.
    fn give_up(&mut self, at: Duration) {
        if self.number == 0 {
            self.number = self.log.open();
        }
        self.opaque = true;
        self.log.went_opaque();
        self.session.close(at);
    }
}

/// `$1 = 7, $2 = 'Ada'`
fn values(bound: &Bound) -> String {
    let values = bound.params().into_iter().enumerate();
    let values = values.map(|(at, value)| format!("${} = {value}", at + 1));
    values.collect::<Vec<_>>().join(", ")
}
