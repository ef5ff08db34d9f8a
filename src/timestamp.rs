//! Timestamps as servers that speak STS write them, and as the AWS CLI prints them.
//!
//! Source: RFC 3339, "Date and Time on the Internet".

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::{Date, Month, OffsetDateTime};

/// Reads `2026-11-23T19:00:00Z`, with up to nanoseconds and with `Z` or an offset as `+00:00`.
///
/// `None` for anything else, and for times before 1970 or after 9999.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<SystemTime> {
    let (moment, rest) = text.split_at_checked(19)?;
    let fields = numbers(moment, "0000-11-22T33:44:55")?;
    let (nanoseconds, zone) = fraction(rest)?;
    at(fields, offset(zone)?, nanoseconds)
}

/// Reads `20261123T190000Z`, as AWS writes times in messages about signatures.
pub(crate) fn parse_basic_timestamp(text: &str) -> Option<SystemTime> {
    at(numbers(text, "00001122T334455Z")?, 0, 0)
}

/// Reads `Mon, 23 Nov 2026 19:00:00 GMT`, the one form of date that servers send in headers today.
///
/// Source: RFC 9110, "HTTP Semantics", section 5.6.7. Its obsolete forms would take the `httpdate` crate.
#[must_use]
pub fn parse_http_date(text: &str) -> Option<SystemTime> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut fields = numbers(text, "???, 22 ??? 0000 33:44:55 GMT")?;
    fields[1] = MONTHS.iter().zip(1..).find(|(name, _)| text.get(8..11) == Some(name))?.1;
    at(fields, 0, 0)
}

/// The numbers in a text that is like the pattern: a digit there tells which number a digit here belongs to; `?` stands
/// for any byte, and others for themselves.
fn numbers(text: &str, pattern: &str) -> Option<[u32; 6]> {
    let mut numbers = [0; 6];
    for (index, pattern) in pattern.bytes().enumerate() {
        let byte = *text.as_bytes().get(index)?;
        match pattern {
            b'0'..=b'5' if byte.is_ascii_digit() => {
                let number = &mut numbers[usize::from(pattern - b'0')];
                *number = *number * 10 + u32::from(byte - b'0');
            }
            b'?' => {}
            _ if byte == pattern && !byte.is_ascii_digit() => {}
            _ => return None,
        }
    }
    if text.len() == pattern.len() { Some(numbers) } else { None }
}

fn at(fields: [u32; 6], offset: i64, nanoseconds: u32) -> Option<SystemTime> {
    let [year, month, day, hour, minute, second] = fields;
    // A leap second is 60.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(year.cast_signed(), month, u8::try_from(day).ok()?).ok()?;
    let days = i64::from(date.to_julian_day() - UNIX_EPOCH_JULIAN_DAY);
    let seconds = days * 86400 + i64::from(hour * 3600 + minute * 60 + second) - offset;
    let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds <= LAST_SECOND)?;
    Some(UNIX_EPOCH + Duration::new(seconds, nanoseconds))
}

/// Writes `2026-11-23T19:00:00+00:00`, as the AWS CLI does; parts of a second as six digits, where there are any.
#[must_use]
pub fn format_timestamp(time: SystemTime) -> String {
    let digits = basic_digits(time);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let mut text = [part(0, 4), "-", part(4, 6), "-", part(6, 8), "T", part(8, 10), ":", part(10, 12), ":"].concat();
    text.push_str(part(12, 14));
    let microseconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().subsec_micros();
    if microseconds > 0 {
        text.push('.');
        push_digits(&mut text, microseconds, 100_000);
    }
    text.push_str("+00:00");
    text
}

/// A time as `20261123190000`; one that has no four-digit year as 1970's first second.
pub(crate) fn basic_digits(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let at = OffsetDateTime::from_unix_timestamp(since.as_secs().cast_signed()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let mut text = String::with_capacity(16);
    push_digits(&mut text, at.year().unsigned_abs(), 1000);
    let (hour, minute, second) = at.to_hms();
    for number in [at.month().into(), at.day(), hour, minute, second] {
        push_digits(&mut text, number.into(), 10);
    }
    text
}

/// The digits of a number, the first of which counts `place` times.
fn push_digits(text: &mut String, number: u32, mut place: u32) {
    while place > 0 {
        text.extend(char::from_digit(number / place % 10, 10));
        place /= 10;
    }
}

const UNIX_EPOCH_JULIAN_DAY: i32 = 2_440_588;

/// The last second of the year 9999.
pub(crate) const LAST_SECOND: u64 = 253_402_300_799;

/// The nanoseconds of `.5`, if there are any, and what follows.
fn fraction(text: &str) -> Option<(u32, &str)> {
    let Some(rest) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 || length > 9 {
        return None;
    }
    let digits = rest.bytes().take(length).chain(std::iter::repeat_n(b'0', 9 - length));
    Some((digits.fold(0, |number, digit| number * 10 + u32::from(digit - b'0')), &rest[length..]))
}

/// The seconds of `Z` or `+01:30`.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let [hours, minutes, ..] = numbers(zone, "?00:11")?;
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = i64::from(hours * 3600 + minutes * 60);
    match zone.as_bytes()[0] {
        b'+' => Some(seconds),
        b'-' => Some(-seconds),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn since(seconds: u64, nanoseconds: u32) -> SystemTime {
        UNIX_EPOCH + Duration::new(seconds, nanoseconds)
    }

    #[test]
    fn timestamps_of_all_servers_are_read() {
        assert_eq!(parse_timestamp("2026-11-23T19:00:00Z"), Some(since(1_795_460_400, 0)));
        assert_eq!(parse_timestamp("2026-11-23T19:00:00+00:00"), Some(since(1_795_460_400, 0)));
        assert_eq!(parse_timestamp("2026-11-23T20:30:00+01:30"), Some(since(1_795_460_400, 0)));
        assert_eq!(parse_timestamp("2026-11-23T19:00:00.5Z"), Some(since(1_795_460_400, 500_000_000)));
        assert_eq!(parse_timestamp("2026-11-23T19:00:00.123456789Z"), Some(since(1_795_460_400, 123_456_789)));
        assert_eq!(parse_timestamp("2024-02-29T00:00:00.000Z"), Some(since(1_709_164_800, 0)));
        assert_eq!(parse_timestamp("1970-01-01T00:00:00Z"), Some(since(0, 0)));
    }

    #[test]
    fn timestamps_are_written_as_the_cli_does() {
        for text in [
            "2026-11-23T19:00:00+00:00",
            "2026-11-23T19:00:00.012345+00:00",
            "1970-01-01T00:00:00+00:00",
            "9999-12-31T23:59:59+00:00",
        ] {
            assert_eq!(parse_timestamp(text).map(format_timestamp).as_deref(), Some(text));
        }
    }

    #[test]
    fn dates_of_headers_are_read() {
        assert_eq!(parse_http_date("Mon, 23 Nov 2026 19:00:00 GMT"), Some(since(1_795_460_400, 0)));
        assert_eq!(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(since(0, 0)));
        for wrong in [
            "",
            "Mon, 23 Nov 2026 19:00:00",
            "Mon, 23 Nov 2026 19:00:00 CET",
            "Mon, 23 Neu 2026 19:00:00 GMT",
            "Mon, 31 Feb 2026 19:00:00 GMT",
            "Mon 23 Nov 2026 19:00:00 GMT",
            "Monday, 23-Nov-26 19:00:00 GMT",
            "Mon, 23 Nov 2026 25:00:00 GMT",
            "Mon, 23 Nov 1926 19:00:00 GMT",
        ] {
            assert_eq!(parse_http_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nothing_else_is() {
        for wrong in [
            "",
            "now",
            "2026-11-23",
            "2026-11-23T19:00:00",
            "2026-11-23 19:00:00Z",
            "2026-13-23T19:00:00Z",
            "2025-02-29T00:00:00Z",
            "2026-11-23T24:00:00Z",
            "2026-11-23T19:60:00Z",
            "2026-11-23T19:00:00.Z",
            "2026-11-23T19:00:00.1234567890Z",
            "2026-11-23T19:00:00Zulu",
            "2026-11-23T19:00:00+0000",
            "+026-11-23T19:00:00Z",
            "1969-12-31T23:59:59Z",
            "9999-12-31T23:59:59-00:01",
            "2026-11-23T19:00:00+24:00",
            "2026-11-23T19:00:00-01:60",
            "２026-11-23T19:00:00Z",
        ] {
            assert_eq!(parse_timestamp(wrong), None, "{wrong}");
        }
    }
}
