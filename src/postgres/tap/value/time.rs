//! Dates, times and intervals.

use chrono::{Datelike, NaiveDate, TimeDelta};

use super::{take, whole};

const DAY: i64 = 86_400_000_000;

/// Days since 2000-01-01.
pub(super) fn date(raw: &[u8]) -> Option<String> {
    match i32::from_be_bytes(*whole(raw)?) {
        i32::MAX => Some("infinity".to_owned()),
        i32::MIN => Some("-infinity".to_owned()),
        days => {
            let (date, era) = calendar(days.into())?;
            Some(date + era)
        }
    }
}

/// Microseconds since midnight; 24:00:00 is a time, too.
pub(super) fn time(raw: &[u8]) -> Option<String> {
    Some(clock(i64::from_be_bytes(*whole(raw)?)))
}

/// A time, and the seconds that its zone is west of UTC.
pub(super) fn timetz(mut raw: &[u8]) -> Option<String> {
    let micros = i64::from_be_bytes(take(&mut raw)?);
    let west = i64::from(i32::from_be_bytes(*whole(raw)?));
    let sign = if west > 0 { '-' } else { '+' };
    let (hours, rest) = (west.abs() / 3600, west.abs() % 3600);
    let mut text = format!("{}{sign}{hours:02}", clock(micros));
    if rest > 0 {
        text += &format!(":{:02}", rest / 60);
    }
    if rest % 60 > 0 {
        text += &format!(":{:02}", rest % 60);
    }
    Some(text)
}

/// Microseconds since the start of 2000.
pub(super) fn timestamp(raw: &[u8]) -> Option<String> {
    moment(raw, "")
}

/// The same in UTC; the client's zone is not on the wire.
pub(super) fn timestamptz(raw: &[u8]) -> Option<String> {
    moment(raw, "+00")
}

fn moment(raw: &[u8], zone: &str) -> Option<String> {
    match i64::from_be_bytes(*whole(raw)?) {
        i64::MAX => Some("infinity".to_owned()),
        i64::MIN => Some("-infinity".to_owned()),
        micros => {
            let (date, era) = calendar(micros.div_euclid(DAY))?;
            Some(format!("{date} {}{zone}{era}", clock(micros.rem_euclid(DAY))))
        }
    }
}

/// The date, and the era if it is not ours; `None` beyond chrono's years (262,142 either way).
fn calendar(days: i64) -> Option<(String, &'static str)> {
    let epoch = NaiveDate::from_ymd_opt(2000, 1, 1)?;
    let date = epoch.checked_add_signed(TimeDelta::try_days(days)?)?;
    // The year before 1 is 1 BC, which chrono numbers 0.
    let (year, era) = if date.year() > 0 { (date.year(), "") } else { (1 - date.year(), " BC") };
    Some((format!("{year:04}-{:02}-{:02}", date.month(), date.day()), era))
}

/// Hours, minutes, seconds, and as much of the fraction as there is.
fn clock(micros: i64) -> String {
    let (seconds, fraction) =
        (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let text = format!("{hours:02}:{minutes:02}:{seconds:02}");
    if fraction == 0 {
        return text;
    }
    format!("{text}.{fraction:06}").trim_end_matches('0').to_owned()
}

/// Microseconds, days and months, in the style `postgres`: `1 year 2 mons -3 days +04:05:06.7`.
pub(super) fn interval(mut raw: &[u8]) -> Option<String> {
    let micros = i64::from_be_bytes(take(&mut raw)?);
    let days = i32::from_be_bytes(take(&mut raw)?);
    let months = i32::from_be_bytes(*whole(raw)?);
    match (micros, days, months) {
        (i64::MAX, i32::MAX, i32::MAX) => return Some("infinity".to_owned()),
        (i64::MIN, i32::MIN, i32::MIN) => return Some("-infinity".to_owned()),
        _ => {}
    }
    let mut parts: Vec<String> = Vec::new();
    // A positive part that follows a negative one says so.
    let mut negative = false;
    for (count, unit) in [(months / 12, "year"), (months % 12, "mon"), (days, "day")] {
        if count != 0 {
            let plus = if negative && count > 0 { "+" } else { "" };
            let plural = if count == 1 { "" } else { "s" };
            parts.push(format!("{plus}{count} {unit}{plural}"));
            negative = count < 0;
        }
    }
    if micros != 0 || parts.is_empty() {
        let sign = match micros {
            ..0 => "-",
            _ if negative => "+",
            _ => "",
        };
        parts.push(format!("{sign}{}", clock(micros)));
    }
    Some(parts.join(" "))
}
