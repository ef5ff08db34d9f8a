//! Timestamps as servers that speak STS write them, and as the AWS CLI prints them.
//!
//! Source: RFC 3339, "Date and Time on the Internet".

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::{Date, Month, OffsetDateTime};

/// Reads `2026-11-23T19:00:00Z`, with up to nanoseconds and with `Z` or an offset as `+00:00`.
///
/// `None` for anything else, and for times before 1970.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<SystemTime> {
    let mut rest = text;
    let year = digits(&mut rest, 4)?;
    let month = digits(after(&mut rest, '-')?, 2)?;
    let day = digits(after(&mut rest, '-')?, 2)?;
    let hour = digits(after(&mut rest, 'T')?, 2).filter(|hour| *hour < 24)?;
    let minute = digits(after(&mut rest, ':')?, 2).filter(|minute| *minute < 60)?;
    let second = digits(after(&mut rest, ':')?, 2).filter(|second| *second <= 60)?;
    let nanoseconds = fraction(&mut rest)?;
    let offset = offset(rest)?;

    let seconds = start_of(year, month, day)? + i64::from(hour * 3600 + minute * 60 + second) - offset;
    UNIX_EPOCH.checked_add(Duration::new(u64::try_from(seconds).ok()?, nanoseconds))
}

/// Reads `Mon, 23 Nov 2026 19:00:00 GMT`, the one form of date that servers send in headers today.
///
/// Source: RFC 9110, "HTTP Semantics", section 5.6.7. Its obsolete forms would take the `httpdate` crate, of 2.4 KB
/// in the wasm.
#[must_use]
pub fn parse_http_date(text: &str) -> Option<SystemTime> {
    const MONTHS: [&str; 12] =
        ["Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec "];
    let mut rest = text.split_at_checked(5).filter(|(weekday, _)| weekday.ends_with(", "))?.1;
    let day = digits(&mut rest, 2)?;
    let named = after(&mut rest, ' ')?.split_at_checked(4)?;
    let month = MONTHS.iter().position(|month| *month == named.0)? + 1;
    rest = named.1;
    let year = digits(&mut rest, 4)?;
    let hour = digits(after(&mut rest, ' ')?, 2).filter(|hour| *hour < 24)?;
    let minute = digits(after(&mut rest, ':')?, 2).filter(|minute| *minute < 60)?;
    let second = digits(after(&mut rest, ':')?, 2).filter(|second| *second <= 60)?;
    let seconds = start_of(year, u32::try_from(month).ok()?, day)? + i64::from(hour * 3600 + minute * 60 + second);
    (rest == " GMT").then_some(UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).ok()?))
}

/// The first second of a day, counted from 1970.
fn start_of(year: u32, month: u32, day: u32) -> Option<i64> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?).ok()?;
    Some((i64::from(date.to_julian_day()) - UNIX_EPOCH_JULIAN_DAY) * 86400)
}

/// Writes `2026-11-23T19:00:00+00:00`, as the AWS CLI does; parts of a second as six digits, where there are any.
#[must_use]
pub fn format_timestamp(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(0);
    let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let mut text = String::with_capacity(25);
    let year = at.year().unsigned_abs();
    push_two(&mut text, year / 100);
    push_two(&mut text, year % 100);
    let (hour, minute, second) = at.to_hms();
    let parts = [("-", u8::from(at.month())), ("-", at.day()), ("T", hour), (":", minute), (":", second)];
    for (separator, number) in parts {
        text.push_str(separator);
        push_two(&mut text, u32::from(number));
    }
    let microseconds = since.subsec_micros();
    if microseconds > 0 {
        text.push('.');
        for two_digits in [microseconds / 10_000, microseconds / 100 % 100, microseconds % 100] {
            push_two(&mut text, two_digits);
        }
    }
    text.push_str("+00:00");
    text
}

/// Two decimal digits.
fn push_two(text: &mut String, number: u32) {
    text.extend(char::from_digit(number / 10, 10).into_iter().chain(char::from_digit(number % 10, 10)));
}

/// The Julian day of 1 January 1970.
const UNIX_EPOCH_JULIAN_DAY: i64 = 2_440_588;

fn digits(rest: &mut &str, count: usize) -> Option<u32> {
    let (number, tail) = rest.split_at_checked(count)?;
    *rest = tail;
    // parse alone would take "+123".
    if number.bytes().all(|byte| byte.is_ascii_digit()) { number.parse().ok() } else { None }
}

fn after<'r, 'a>(rest: &'r mut &'a str, separator: char) -> Option<&'r mut &'a str> {
    *rest = rest.strip_prefix(separator)?;
    Some(rest)
}

fn fraction(rest: &mut &str) -> Option<u32> {
    let Some(tail) = rest.strip_prefix('.') else {
        return Some(0);
    };
    *rest = tail;
    let length = tail.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 || length > 9 {
        return None;
    }
    Some(digits(rest, length)? * 10_u32.pow(9 - u32::try_from(length).ok()?))
}

/// Seconds east of UTC.
fn offset(rest: &str) -> Option<i64> {
    let sign = match rest.chars().next()? {
        'Z' if rest.len() == 1 => return Some(0),
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let mut rest = rest.split_at_checked(1)?.1;
    let hours = digits(&mut rest, 2)?;
    let minutes = digits(after(&mut rest, ':')?, 2)?;
    rest.is_empty().then_some(sign * i64::from(hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64, nanoseconds: u32) -> SystemTime {
        UNIX_EPOCH + Duration::new(seconds, nanoseconds)
    }

    #[test]
    fn timestamps_of_all_servers_are_read() {
        assert_eq!(parse_timestamp("2026-11-23T19:00:00Z"), Some(at(1_795_460_400, 0)));
        assert_eq!(parse_timestamp("2026-11-23T19:00:00+00:00"), Some(at(1_795_460_400, 0)));
        assert_eq!(parse_timestamp("2026-11-23T20:30:00+01:30"), Some(at(1_795_460_400, 0)));
        assert_eq!(parse_timestamp("2026-11-23T19:00:00.5Z"), Some(at(1_795_460_400, 500_000_000)));
        assert_eq!(parse_timestamp("2026-11-23T19:00:00.123456789Z"), Some(at(1_795_460_400, 123_456_789)));
        assert_eq!(parse_timestamp("2024-02-29T00:00:00.000Z"), Some(at(1_709_164_800, 0)));
        assert_eq!(parse_timestamp("1970-01-01T00:00:00Z"), Some(at(0, 0)));
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
        assert_eq!(parse_http_date("Mon, 23 Nov 2026 19:00:00 GMT"), Some(at(1_795_460_400, 0)));
        assert_eq!(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(at(0, 0)));
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
            "２026-11-23T19:00:00Z",
        ] {
            assert_eq!(parse_timestamp(wrong), None, "{wrong}");
        }
    }
}
