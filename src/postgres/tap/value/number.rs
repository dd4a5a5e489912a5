//! Floats and numerics.

use super::take;

/// PostgreSQL writes a `real` plainly while its exponent is from -4 to 5.
pub(super) fn float4(value: f32) -> String {
    if let Some(name) = named(value.into()) {
        return name.to_owned();
    }
    let size = value.abs();
    let halves = (f32::from_bits(0x4c00_0000)..1e36).contains(&size).then(|| {
        [size.next_up(), size.next_down()].map(|other| (size as u128).midpoint(other as u128))
    });
    let text = ryu(
        &format!("{value:e}"),
        |places| format!("{value:.places$e}"),
        |text| text.parse() == Ok(value),
        halves,
    );
    lay_out(&text, 6)
}

/// And a `double precision` while it is from -4 to 14.
pub(super) fn float8(value: f64) -> String {
    if let Some(name) = named(value) {
        return name.to_owned();
    }
    let size = value.abs();
    let halves = (f64::from_bits(0x4350_0000_0000_0000)..1e36).contains(&size).then(|| {
        [size.next_up(), size.next_down()].map(|other| (size as u128).midpoint(other as u128))
    });
    let text = ryu(
        &format!("{value:e}"),
        |places| format!("{value:.places$e}"),
        |text| text.parse() == Ok(value),
        halves,
    );
    lay_out(&text, 15)
}

/// The shortest digits that read back the same, where PostgreSQL's choice differs from Rust's: of
/// two that are equally near it takes the even one, and it does not use a number that lies exactly
/// halfway to a neighbour. Only whole numbers above 2^54 (2^25 for `real`) are short enough for
/// that, so `halves` are whole.
fn ryu(
    shortest: &str,
    rounded: impl Fn(usize) -> String,
    same: impl Fn(&str) -> bool,
    halves: Option<[u128; 2]>,
) -> String {
    let digits = shortest.split('e').next().unwrap_or_default();
    let places = digits.trim_start_matches('-').len().saturating_sub(2);
    let halfway = |text: &str| {
        whole(text).is_some_and(|size| halves.is_some_and(|halves| halves.contains(&size)))
    };
    // At a power of two the nearer neighbour is the one below, and the nearest number of so many
    // digits may be the neighbour's; then Rust has chosen one on the other side.
    let nearest = std::iter::once(rounded(places)).chain([shortest.to_owned()]);
    let mut candidates = nearest.chain((places + 1..=17).map(rounded));
    let chosen = candidates.find(|text| same(text) && !halfway(text));
    chosen.unwrap_or_else(|| shortest.to_owned())
}

/// The size of a number in scientific notation, if it is a whole number of that many digits.
fn whole(scientific: &str) -> Option<u128> {
    let (mantissa, exponent) = scientific.trim_start_matches('-').split_once('e')?;
    let digits = mantissa.replace('.', "");
    let zeros = exponent.parse::<usize>().ok()?.checked_sub(digits.len() - 1)?;
    digits.parse::<u128>().ok()?.checked_mul(10_u128.checked_pow(zeros.try_into().ok()?)?)
}

fn named(value: f64) -> Option<&'static str> {
    match value {
        _ if value.is_nan() => Some("NaN"),
        f64::INFINITY => Some("Infinity"),
        f64::NEG_INFINITY => Some("-Infinity"),
        _ => None,
    }
}

/// From Rust's scientific notation to PostgreSQL's layout.
fn lay_out(scientific: &str, plain_below: i32) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => ("-", mantissa),
        None => ("", mantissa),
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..plain_below).contains(&exponent) {
        let direction = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{mantissa}e{direction}{:02}", exponent.unsigned_abs());
    }
    let digits = mantissa.replace('.', "");
    let Ok(before) = usize::try_from(exponent + 1) else {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        return format!("{sign}0.{zeros}{digits}");
    };
    if before == 0 {
        return format!("{sign}0.{digits}");
    }
    match digits.split_at_checked(before) {
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits:0<before$}"),
    }
}

/// A count of base-10,000 digits, the weight of the first of them, sign, and decimals to show.
pub(super) fn numeric(mut raw: &[u8]) -> Option<String> {
    let count = usize::from(u16::from_be_bytes(take(&mut raw)?));
    let weight = i32::from(i16::from_be_bytes(take(&mut raw)?));
    let sign = u16::from_be_bytes(take(&mut raw)?);
    let scale = usize::from(u16::from_be_bytes(take(&mut raw)?));
    let (digits, rest) = raw.as_chunks::<2>();
    if digits.len() != count || !rest.is_empty() {
        return None;
    }
    let sign = match sign {
        0 => "",
        0x4000 => "-",
        0xc000 => return Some("NaN".to_owned()),
        0xd000 => return Some("Infinity".to_owned()),
        0xf000 => return Some("-Infinity".to_owned()),
        _ => return None,
    };
    // The digit that counts 10,000 to the power of `place`; those that are not stored are zero.
    let digit = |place: i32| {
        let at = usize::try_from(weight - place).ok();
        at.and_then(|at| digits.get(at)).map_or(0, |digit| u16::from_be_bytes(*digit))
    };
    let mut whole: String =
        (0..=weight).rev().map(|place| format!("{:04}", digit(place))).collect();
    let zeros = whole.len() - whole.trim_start_matches('0').len();
    whole.drain(..zeros);
    if whole.is_empty() {
        whole.push('0');
    }
    if scale == 0 {
        return Some(format!("{sign}{whole}"));
    }
    let groups = i32::try_from(scale.div_ceil(4)).ok()?;
    let mut fraction: String = (1..=groups).map(|place| format!("{:04}", digit(-place))).collect();
    fraction.truncate(scale);
    Some(format!("{sign}{whole}.{fraction}"))
}
