//! The timestamp formats of STS responses, HTTP headers and the AWS CLI.
//!
//! ```
//! use sts_web::timestamp::{format_timestamp, parse_http_date, parse_timestamp};
//!
//! let time = parse_timestamp("2026-11-23T19:00:00Z").expect("a timestamp");
//! assert_eq!(parse_http_date("Mon, 23 Nov 2026 19:00:00 GMT"), Some(time));
//! assert_eq!(format_timestamp(time), "2026-11-23T19:00:00+00:00");
//! ```
//!
//! Source: RFC 3339, "Date and Time on the Internet".

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::{Date, Month, OffsetDateTime};

/// Parses an RFC 3339 timestamp: `2026-11-23T19:00:00Z`, with up to nine fractional digits and `Z` or an offset like
/// `+00:00`.
///
/// Returns `None` for any other format, and for times before 1970 or after 9999.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<SystemTime> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let fields = numbers(date_time, "0000-11-22T33:44:55")?;
    let (nanoseconds, zone) = fraction(rest)?;
    system_time(fields, offset(zone)?, nanoseconds)
}

/// Parses a timestamp in the basic format, `20261123T190000Z`, which AWS uses in messages about signatures.
pub(crate) fn parse_basic_timestamp(text: &str) -> Option<SystemTime> {
    system_time(numbers(text, "00001122T334455Z")?, 0, 0)
}

/// Parses an HTTP date: `Mon, 23 Nov 2026 19:00:00 GMT`. The obsolete formats are not supported.
///
/// Source: RFC 9110, "HTTP Semantics", section 5.6.7.
#[must_use]
pub fn parse_http_date(text: &str) -> Option<SystemTime> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut fields = numbers(text, "???, 22 ??? 0000 33:44:55 GMT")?;
    fields[1] = MONTHS.iter().zip(1..).find(|(name, _)| text.get(8..11) == Some(name))?.1;
    system_time(fields, 0, 0)
}

/// Parses the six numbers of a text that matches `pattern`. A digit of the pattern is the index of the number that the
/// digit of the text belongs to, `?` matches any byte, and any other byte matches itself.
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

fn system_time(fields: [u32; 6], offset: i64, nanoseconds: u32) -> Option<SystemTime> {
    let [year, month, day, hour, minute, second] = fields;
    // 60 is a leap second.
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

/// Formats a time like the AWS CLI: `2026-11-23T19:00:00+00:00`, with six fractional digits unless they are zero.
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

/// Formats a time in the form `20261123190000`. A time before 1970 or after 9999 becomes the first second of 1970.
pub(crate) fn basic_digits(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let date_time =
        OffsetDateTime::from_unix_timestamp(since.as_secs().cast_signed()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let mut text = String::with_capacity(16);
    push_digits(&mut text, date_time.year().unsigned_abs(), 1000);
    let (hour, minute, second) = date_time.to_hms();
    for number in [date_time.month().into(), date_time.day(), hour, minute, second] {
        push_digits(&mut text, number.into(), 10);
    }
    text
}

/// Appends the decimal digits of a number. `weight` is the power of ten of the first digit.
fn push_digits(text: &mut String, number: u32, mut weight: u32) {
    while weight > 0 {
        text.extend(char::from_digit(number / weight % 10, 10));
        weight /= 10;
    }
}

const UNIX_EPOCH_JULIAN_DAY: i32 = 2_440_588;

/// 9999-12-31T23:59:59Z.
pub(crate) const LAST_SECOND: u64 = 253_402_300_799;

/// Parses an optional fraction, `.5`. Returns the nanoseconds and the rest of the text.
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

/// Parses an offset, `Z` or `+01:30`, in seconds.
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
    fn timestamps_of_all_servers_are_parsed() {
        assert_eq!(parse_timestamp("2026-11-23T19:00:00Z"), Some(since(1_795_460_400, 0)));
        assert_eq!(parse_timestamp("2026-11-23T19:00:00+00:00"), Some(since(1_795_460_400, 0)));
        assert_eq!(parse_timestamp("2026-11-23T20:30:00+01:30"), Some(since(1_795_460_400, 0)));
        assert_eq!(parse_timestamp("2026-11-23T19:00:00.5Z"), Some(since(1_795_460_400, 500_000_000)));
        assert_eq!(parse_timestamp("2026-11-23T19:00:00.123456789Z"), Some(since(1_795_460_400, 123_456_789)));
        assert_eq!(parse_timestamp("2024-02-29T00:00:00.000Z"), Some(since(1_709_164_800, 0)));
        assert_eq!(parse_timestamp("1970-01-01T00:00:00Z"), Some(since(0, 0)));
    }

    #[test]
    fn timestamps_are_formatted_as_the_aws_cli_does() {
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
    fn http_dates_are_parsed() {
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
    fn other_formats_and_invalid_times_are_rejected() {
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
