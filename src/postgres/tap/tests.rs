//! What can be tested without a server: values against bytes that a server sent, and the recorder
//! against conversations split anywhere and against noise.

use std::time::Duration;

use super::{Log, Param, Protocol, Recorder, Side, Statement, TransactionStatus, display_value};

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[tag], &length[..], body].concat()
}

fn untyped(body: &[u8]) -> Vec<u8> {
    message(0, body).split_off(1)
}

/// Alternately what the client and what the server says: a startup after a refused request for TLS,
/// a simple query of two statements, a prepare, its execution, an error, and a COPY.
fn conversation() -> Vec<Vec<u8>> {
    let ready = |status: u8| message(b'Z', &[status]);
    let row_of_n = [&[0, 1][..], b"n\0", &[0; 6], &23_u32.to_be_bytes(), &[0; 8]].concat();
    let bind = [&b"\0s\0"[..], &[0, 1, 0, 1, 0, 1], &[0, 0, 0, 4, 0, 0, 0, 7], &[0, 0]].concat();
    vec![
        untyped(&80_877_103_u32.to_be_bytes()),
        b"N".to_vec(),
        untyped(b"\0\x03\0\0user\0u\0\0"),
        [message(b'R', &[0; 4]), message(b'S', b"a\0b\0"), ready(b'I')].concat(),
        message(b'Q', b"BEGIN; SELECT 1\0"),
        [
            message(b'C', b"BEGIN\0"),
            message(b'T', &row_of_n),
            message(b'D', &[0, 1, 0, 0, 0, 1, b'1']),
            message(b'N', b"SNOTICE\0\0"),
            message(b'C', b"SELECT 1\0"),
            ready(b'T'),
        ]
        .concat(),
        [message(b'P', b"s\0SELECT $1\0\0\0"), message(b'D', b"Ss\0"), message(b'S', b"")].concat(),
        [
            message(b'1', b""),
            message(b't', &[0, 1, 0, 0, 0, 23]),
            message(b'T', &row_of_n),
            ready(b'T'),
        ]
        .concat(),
        [message(b'B', &bind), message(b'E', b"\0\0\0\0\0"), message(b'S', b"")].concat(),
        [
            message(b'2', b""),
            message(b'D', &[0, 1, 0, 0, 0, 4, 0, 0, 0, 7]),
            message(b'C', b"SELECT 1\0"),
            ready(b'T'),
        ]
        .concat(),
        [message(b'P', b"\0SELEC\0\0\0"), message(b'S', b"")].concat(),
        [message(b'E', b"SERROR\0C42601\0Mno\0P1\0\0"), ready(b'E')].concat(),
        message(b'Q', b"ROLLBACK\0"),
        [message(b'C', b"ROLLBACK\0"), ready(b'I')].concat(),
        message(b'Q', b"COPY t FROM STDIN\0"),
        message(b'G', &[0, 0, 1, 0, 0]),
        [message(b'd', b"1\n"), message(b'c', b"")].concat(),
        [message(b'C', b"COPY 1\0"), ready(b'I')].concat(),
    ]
}

/// Plays a conversation, each turn in the chunks that `cut` makes of it.
fn play(cut: impl Fn(usize, &[u8]) -> Vec<Vec<u8>>) -> (Log, Vec<Statement>) {
    let log = Log::new();
    log.record_messages(true);
    let mut recorder = Recorder::new(log.clone());
    for (turn, bytes) in conversation().iter().enumerate() {
        for chunk in cut(turn, bytes) {
            match turn % 2 {
                0 => recorder.client(Duration::ZERO, &chunk),
                _ => recorder.server(Duration::ZERO, &chunk),
            }
            recorder.publish(0);
        }
    }
    assert!(!recorder.is_done());
    assert!(log.settle(Duration::ZERO));
    let statements = log.statements();
    (log, statements)
}

#[test]
fn a_conversation_is_recorded() {
    use TransactionStatus::{Failed, Idle, InTransaction};
    let (log, all) = play(|_, bytes| vec![bytes.to_vec()]);
    assert_eq!((log.connections(), log.cancels(), log.opaque(), all.len()), (1, 0, 0, 6));
    assert_eq!(all[0].tags, ["BEGIN", "SELECT 1"]);
    assert_eq!((all[0].before, all[0].after, all[0].rows), (Idle, InTransaction, 1));
    assert_eq!((all[1].protocol, &*all[1].sql), (Protocol::Prepare, "SELECT $1"));
    let run = &all[2];
    assert_eq!((run.protocol, &*run.sql, &*run.prepared), (Protocol::Extended, "SELECT $1", "s"));
    assert!(run.parsed);
    assert_eq!((run.columns[0].name.as_str(), run.columns[0].type_oid), ("n", 23));
    assert_eq!(run.params, [Param { type_oid: 23, value: Some(vec![0, 0, 0, 7]), binary: true }]);
    let error = all[3].error.as_ref().unwrap();
    assert_eq!((error.sqlstate.as_str(), error.position), ("42601", Some(1)));
    assert_eq!((all[3].after, all[4].before, all[4].after), (Failed, Failed, Idle));
    assert_eq!((all[5].tag.as_deref(), all[5].bytes), (Some("COPY 1"), 7));
    let first = &log.messages()[..3];
    assert_eq!(first[1].kind, "EncryptionResponse");
    assert_eq!((first[1].from, first[1].bytes, first[1].connection), (Side::Server, 1, 1));
    assert_eq!(first[2].kind, "StartupMessage");
}

#[test]
fn a_split_anywhere_changes_nothing() {
    let (log, whole) = play(|_, bytes| vec![bytes.to_vec()]);
    for turn in 0..conversation().len() {
        for at in 0..=conversation()[turn].len() {
            let (other, split) = play(|here, bytes| {
                let (head, tail) = bytes.split_at(if here == turn { at } else { 0 });
                vec![head.to_vec(), tail.to_vec()]
            });
            assert_eq!((&split, other.messages()), (&whole, log.messages()), "{turn} at {at}");
        }
    }
    let (_, single) = play(|_, bytes| bytes.iter().map(|byte| vec![*byte]).collect());
    assert_eq!(single, whole);
}

/// A small linear congruential generator: the same noise in every run.
struct Noise(u64);

impl Noise {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn bytes(&mut self, limit: usize) -> Vec<u8> {
        (0..self.below(limit)).map(|_| self.below(256) as u8).collect()
    }
}

#[test]
fn noise_never_panics() {
    let noise = &mut Noise(1);
    for _ in 0..20_000 {
        let log = Log::new();
        let mut recorder = Recorder::new(log.clone());
        let mut turns = conversation();
        let kept = noise.below(turns.len() + 1);
        turns.truncate(kept);
        // A message that is well framed gets past the splitter, noise and flipped bits do not.
        for _ in 0..noise.below(6) {
            let tag = b"123ACDEFGHINPQRSTVXZBcdfnpstv"[noise.below(29)];
            let body = noise.bytes(24);
            turns.push(message(tag, &body));
        }
        turns.push(noise.bytes(40));
        if noise.below(2) == 0 {
            let turn = noise.below(turns.len());
            let length = turns[turn].len();
            if length > 0 {
                turns[turn][noise.below(length)] ^= 1 << noise.below(8);
            }
        }
        for (turn, bytes) in turns.iter().enumerate() {
            let client = if turn < kept { turn % 2 == 0 } else { noise.below(2) == 0 };
            match client {
                true => recorder.client(Duration::ZERO, bytes),
                false => recorder.server(Duration::ZERO, bytes),
            }
            recorder.publish(0);
        }
        recorder.close(Duration::ZERO);
        recorder.publish(0);
        assert!(log.settle(Duration::ZERO));
    }
}

#[test]
fn noise_in_values_never_panics() {
    let noise = &mut Noise(2);
    for _ in 0..200_000 {
        let oid = u32::try_from(noise.below(4000)).unwrap();
        let name = ["vector", "_vector", "mood"][noise.below(3)];
        let mut raw = noise.bytes(40);
        if noise.below(2) == 0 {
            // Small numbers look like counts and lengths.
            raw.iter_mut().for_each(|byte| *byte &= 3);
        }
        display_value(oid, Some(name), true, &raw);
        let _ = Param { type_oid: oid, value: Some(raw), binary: true }.to_string();
    }
}

#[test]
fn a_value_has_its_type_however_late_the_record_hears_of_it() {
    let log = Log::new();
    log.record_messages(true);
    let mut recorder = Recorder::new(log.clone());
    let turns = conversation();
    // The client has read the types that the `Bind` of turn 8 needs before the recorder has.
    for turn in [0, 1, 2, 3, 4, 5, 6, 8, 7, 9] {
        match turn % 2 {
            0 => recorder.client(Duration::ZERO, &turns[turn]),
            _ => recorder.server(Duration::ZERO, &turns[turn]),
        }
        recorder.publish(0);
    }
    let messages = log.messages();
    let bind = messages.iter().find(|message| message.kind == "Bind");
    assert_eq!(bind.map(|message| &*message.detail), Some("$1 = 7"));
}

#[test]
fn a_cut_message_keeps_its_start() {
    let log = Log::new();
    let mut recorder = Recorder::new(log.clone());
    recorder.client(Duration::ZERO, &untyped(b"\0\x03\0\0\0"));
    recorder.server(Duration::ZERO, &message(b'Z', b"I"));
    let long = "x".repeat(2 << 20);
    let parse = message(b'P', format!("\0{long}\0\0\0").as_bytes());
    let values = [&[0, 2, 0, 0, 0, 1, b'7'][..], &(2_u32 << 20).to_be_bytes(), long.as_bytes()];
    let bind = [&b"\0\0\0\0"[..], &values.concat(), &[0, 0]].concat();
    let rest = [message(b'B', &bind), message(b'E', b"\0\0\0\0\0"), message(b'S', b"")].concat();
    recorder.client(Duration::ZERO, &[parse, rest].concat());
    let reply =
        [message(b'1', b""), message(b'2', b""), message(b'C', b"X\0"), message(b'Z', b"I")];
    recorder.server(Duration::ZERO, &reply.concat());
    recorder.publish(0);
    let all = log.take();
    assert_eq!((all.len(), log.opaque()), (1, 0));
    assert!(all[0].truncated && all[0].sql.len() < 1 << 20 && all[0].sql.len() > 1_000_000);
    assert_eq!(all[0].params.iter().map(Param::to_string).collect::<Vec<_>>(), ["'7'"]);
}

#[test]
fn a_cancel_request_is_no_session() {
    let log = Log::new();
    let mut recorder = Recorder::new(log.clone());
    let packet = untyped(&[&80_877_102_u32.to_be_bytes()[..], &[0; 8]].concat());
    recorder.client(Duration::ZERO, &packet);
    recorder.publish(0);
    assert_eq!((log.connections(), log.cancels(), log.opaque()), (0, 1, 0));
    assert!(log.settle(Duration::ZERO));
}

#[test]
fn encryption_ends_the_record() {
    let log = Log::new();
    let mut recorder = Recorder::new(log.clone());
    recorder.client(Duration::ZERO, &untyped(&80_877_103_u32.to_be_bytes()));
    recorder.server(Duration::ZERO, b"S");
    recorder.publish(0);
    assert!(recorder.is_done());
    assert_eq!((log.connections(), log.opaque()), (1, 1));
}

#[test]
fn values_print_as_in_psql() {
    let print = |oid, raw: &[u8]| display_value(oid, None, true, raw);
    assert_eq!(print(16, &[1]), "t");
    assert_eq!(print(701, &1e15_f64.to_be_bytes()), "1e+15");
    assert_eq!(print(701, &123_456_789_012_345_f64.to_be_bytes()), "123456789012345");
    assert_eq!(print(701, &1e-5_f64.to_be_bytes()), "1e-05");
    assert_eq!(print(700, &1e6_f32.to_be_bytes()), "1e+06");
    assert_eq!(print(1700, &[0, 3, 0, 1, 64, 0, 0, 4, 0, 1, 9, 41, 26, 133]), "-12345.6789");
    assert_eq!(print(1700, &[0, 1, 255, 254, 0, 0, 0, 8, 0, 1]), "0.00000001");
    assert_eq!(print(1700, &[0, 0, 0, 0, 192, 0, 0, 0]), "NaN");
    assert_eq!(print(1082, &9498_i32.to_be_bytes()), "2026-01-02");
    assert_eq!(print(1114, &(-1_i64).to_be_bytes()), "1999-12-31 23:59:59.999999");
    assert_eq!(print(1184, &i64::MAX.to_be_bytes()), "infinity");
    let interval = [&7_384_000_000_i64.to_be_bytes()[..], &1_i32.to_be_bytes(), &[0; 4]].concat();
    assert_eq!(print(1186, &interval), "1 day 02:03:04");
    assert_eq!(print(17, &[0xde, 0xad]), "\\xdead");
    let texts = [&[0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 3, 0, 0, 0, 1][..]];
    let items = [&[0, 0, 0, 3][..], b"a b", &[255; 4], &[0, 0, 0, 1], b"c"];
    assert_eq!(print(1009, &[texts.concat(), items.concat()].concat()), r#"{"a b",NULL,c}"#);
    let vector = [&[0, 2, 0, 0][..], &1_f32.to_be_bytes(), &2.5_f32.to_be_bytes()].concat();
    assert_eq!(display_value(90_000, Some("vector"), true, &vector), "[1,2.5]");
    assert_eq!(display_value(90_001, Some("mood"), true, b"so so"), "so so");
    assert_eq!(display_value(90_001, None, true, &[0, 1]), "\\x0001");
    assert_eq!(display_value(23, None, false, b"42"), "42");
}

#[test]
fn parameters_print_as_in_sql() {
    let print = |type_oid, binary, value: Option<&[u8]>| {
        Param { type_oid, value: value.map(<[u8]>::to_vec), binary }.to_string()
    };
    assert_eq!(print(23, true, None), "NULL");
    assert_eq!(print(23, true, Some(&[255; 4])), "-1");
    assert_eq!(print(16, true, Some(&[0])), "false");
    assert_eq!(print(25, true, Some(b"it's")), "'it''s'");
    assert_eq!(print(0, false, Some(b"plain")), "'plain'");
    assert_eq!(print(701, true, Some(&f64::NAN.to_be_bytes())), "'NaN'");
    assert_eq!(print(600, true, Some(&[0; 16])), "<16 bytes of type oid 600>");
    assert_eq!(print(17, true, Some(&[0; 90])).chars().count(), 63);
    assert_eq!(print(17, true, Some(&[0xab])), "'\\xab'");
}
