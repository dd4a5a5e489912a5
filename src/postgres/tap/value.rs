//! Drawing a value as `psql` would, from the bytes on the wire.

mod array;
mod number;
mod time;

use std::fmt::Write;

use postgres::types::{FromSql, Kind, Type};

/// Prints one value (not NULL, which is the caller's), unquoted.
///
/// `type_oid` is the oid of its type, 0 if unknown; `type_name` names a type whose oid differs from
/// database to database, as `vector` or `_mood`. With `binary` false, `raw` is text already. Times
/// with a zone are printed in UTC. Types without a decoder here (enums and domains among them) are
/// printed as they are if they are readable UTF-8, else as `\x` and hexadecimal digits, and so are
/// bytes that do not fit their type.
pub fn display_value(type_oid: u32, type_name: Option<&str>, binary: bool, raw: &[u8]) -> String {
    decode(type_oid, type_name, binary, raw).unwrap_or_else(|| hex(raw))
}

/// The same; `None` for bytes that could only be shown as such.
pub(super) fn decode(
    type_oid: u32,
    type_name: Option<&str>,
    binary: bool,
    raw: &[u8],
) -> Option<String> {
    if !binary {
        return Some(String::from_utf8_lossy(raw).into_owned());
    }
    let Some(kind) = Type::from_oid(type_oid) else {
        return match type_name {
            Some("vector") => vector(raw),
            Some(name) if name.starts_with('_') => array::print(Some(&name[1..]), raw),
            _ => readable(raw),
        };
    };
    if let Kind::Array(_) = kind.kind() {
        return array::print(None, raw);
    }
    known(&kind, raw)
}

fn known(kind: &Type, raw: &[u8]) -> Option<String> {
    match *kind {
        Type::BOOL => from_sql::<bool>(kind, raw).map(|yes| if yes { "t" } else { "f" }.to_owned()),
        Type::INT2 => from_sql::<i16>(kind, raw).map(|number| number.to_string()),
        Type::INT4 => from_sql::<i32>(kind, raw).map(|number| number.to_string()),
        Type::INT8 => from_sql::<i64>(kind, raw).map(|number| number.to_string()),
        Type::OID | Type::XID | Type::CID => {
            from_sql::<u32>(&Type::OID, raw).map(|n| n.to_string())
        }
        Type::FLOAT4 => from_sql::<f32>(kind, raw).map(number::float4),
        Type::FLOAT8 => from_sql::<f64>(kind, raw).map(number::float8),
        Type::NUMERIC => number::numeric(raw),
        Type::TEXT
        | Type::VARCHAR
        | Type::BPCHAR
        | Type::NAME
        | Type::UNKNOWN
        | Type::JSON
        | Type::XML => Some(String::from_utf8_lossy(raw).into_owned()),
        Type::CHAR => character(raw),
        Type::JSONB => {
            raw.strip_prefix(&[1]).map(|json| String::from_utf8_lossy(json).into_owned())
        }
        Type::BYTEA => Some(hex(raw)),
        Type::UUID => uuid(raw),
        Type::DATE => time::date(raw),
        Type::TIME => time::time(raw),
        Type::TIMETZ => time::timetz(raw),
        Type::TIMESTAMP => time::timestamp(raw),
        Type::TIMESTAMPTZ => time::timestamptz(raw),
        Type::INTERVAL => time::interval(raw),
        Type::XID8 => Some(u64::from_be_bytes(*whole(raw)?).to_string()),
        Type::PG_LSN => {
            let lsn = u64::from_be_bytes(*whole(raw)?);
            Some(format!("{:X}/{:X}", lsn >> 32, lsn & 0xffff_ffff))
        }
        Type::TID => {
            let &[a, b, c, d, e, f] = whole(raw)?;
            let (block, item) = (u32::from_be_bytes([a, b, c, d]), u16::from_be_bytes([e, f]));
            Some(format!("({block},{item})"))
        }
        Type::VOID => Some(String::new()),
        _ => readable(raw),
    }
}

/// For the types whose decoders take any bytes without a panic.
fn from_sql<'a, T: FromSql<'a>>(kind: &Type, raw: &'a [u8]) -> Option<T> {
    T::from_sql(kind, raw).ok()
}

fn whole<const N: usize>(raw: &[u8]) -> Option<&[u8; N]> {
    raw.try_into().ok()
}

/// Takes the first `N` bytes off `raw`.
fn take<const N: usize>(raw: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = raw.split_first_chunk()?;
    *raw = rest;
    Some(*head)
}

/// Text, if that is what it looks like: binary formats are full of control characters.
fn readable(raw: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(raw).ok()?;
    let plain = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    text.chars().all(plain).then(|| text.to_owned())
}

fn hex(raw: &[u8]) -> String {
    let mut text = String::with_capacity(2 + raw.len() * 2);
    text.push_str("\\x");
    for byte in raw {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The single-byte `"char"`: nothing for zero, octal above ASCII, as PostgreSQL 15 and later.
fn character(raw: &[u8]) -> Option<String> {
    let &[byte] = whole(raw)?;
    Some(match byte {
        0 => String::new(),
        1..=127 => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    })
}

fn uuid(raw: &[u8]) -> Option<String> {
    let digits = format!("{:032x}", u128::from_be_bytes(*whole(raw)?));
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let parts = [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)];
    Some(parts.join("-"))
}

/// pgvector's: the dimension, a reserved number, then that many floats.
fn vector(mut raw: &[u8]) -> Option<String> {
    let count = usize::from(u16::from_be_bytes(take(&mut raw)?));
    take::<2>(&mut raw)?;
    let (floats, rest) = raw.as_chunks::<4>();
    if floats.len() != count || !rest.is_empty() {
        return None;
    }
    let floats = floats.iter().map(|float| number::float4(f32::from_be_bytes(*float)));
    Some(format!("[{}]", floats.collect::<Vec<_>>().join(",")))
}
