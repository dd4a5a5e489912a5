//! Arrays, of any type that has a decoder, in the form `{1,NULL,"a b"}`.

use postgres::types::{Kind, Type};

use super::take;

/// More dimensions than PostgreSQL has, so the bytes are no array.
const DIMENSIONS: usize = 6;

/// The longest text, in bytes. Ten bytes of a numeric may stand for a hundred thousand digits.
const LONGEST: usize = 1 << 20;

/// The number of dimensions, whether there are NULLs, the oid of the elements, a size and a first
/// subscript per dimension, then the elements. `element` names their type, if its oid is no help.
pub(super) fn print(element: Option<&str>, mut raw: &[u8]) -> Option<String> {
    let dimensions = usize::try_from(i32::from_be_bytes(take(&mut raw)?)).ok()?;
    take::<4>(&mut raw)?;
    let oid = u32::from_be_bytes(take(&mut raw)?);
    // PostgreSQL has no arrays of arrays either, and bytes that pretend could nest without end.
    let nested = Type::from_oid(oid).is_some_and(|kind| matches!(kind.kind(), Kind::Array(_)));
    if dimensions > DIMENSIONS || nested {
        return None;
    }
    let (mut sizes, mut bounds, mut shifted) = (Vec::new(), String::new(), false);
    for _ in 0..dimensions {
        let size = usize::try_from(i32::from_be_bytes(take(&mut raw)?)).ok()?;
        let first = i64::from(i32::from_be_bytes(take(&mut raw)?));
        let last = first + i64::try_from(size).ok()? - 1;
        bounds += &format!("[{first}:{last}]");
        shifted |= first != 1;
        sizes.push(size);
    }
    let mut text = if shifted { bounds + "=" } else { String::new() };
    if sizes.is_empty() || sizes.contains(&0) {
        text.push_str("{}");
    } else {
        nest(&sizes, &mut raw, oid, element, &mut text)?;
    }
    raw.is_empty().then_some(text)
}

fn nest(
    sizes: &[usize],
    raw: &mut &[u8],
    oid: u32,
    element: Option<&str>,
    text: &mut String,
) -> Option<()> {
    let Some((&size, inner)) = sizes.split_first() else {
        let Ok(length) = usize::try_from(i32::from_be_bytes(take(raw)?)) else {
            text.push_str("NULL");
            return Some(());
        };
        let (value, rest) = raw.split_at_checked(length)?;
        *raw = rest;
        quote(&super::display_value(oid, element, true, value), text);
        return (text.len() <= LONGEST).then_some(());
    };
    text.push('{');
    for at in 0..size {
        if at > 0 {
            text.push(',');
        }
        nest(inner, raw, oid, element, text)?;
    }
    text.push('}');
    Some(())
}

/// Quotes what would be read differently without.
fn quote(value: &str, text: &mut String) {
    let special = |c: char| matches!(c, '"' | '\\' | '{' | '}' | ',' | ' ' | '\t'..='\r');
    if !value.is_empty() && !value.eq_ignore_ascii_case("null") && !value.contains(special) {
        return text.push_str(value);
    }
    text.push('"');
    for c in value.chars() {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
}
