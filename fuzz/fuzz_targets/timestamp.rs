//! Parses arbitrary text as a timestamp and formats arbitrary times. `chrono` and `httpdate` must agree, and a formatted
//! time must parse to the same time.
#![no_main]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat, Utc};
use libfuzzer_sys::fuzz_target;
use sts_web::timestamp::{format_timestamp, parse_http_date, parse_timestamp};

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        check_timestamp(text);
        check_http_date(text);
    }
    if let Some((seconds, nanoseconds)) = data.split_first_chunk().zip(data.last_chunk()) {
        let seconds = u64::from_be_bytes(*seconds.0) % (LAST_SECOND + 1);
        check_format(UNIX_EPOCH + Duration::new(seconds, u32::from_be_bytes(*nanoseconds) % 1_000_000_000));
    }
});

/// 9999-12-31T23:59:59Z.
const LAST_SECOND: u64 = 253_402_300_799;

fn check_timestamp(text: &str) {
    let ours = parse_timestamp(text);
    let theirs = DateTime::parse_from_rfc3339(text).ok().and_then(|time| until_9999(time.to_utc()));
    match (ours, theirs) {
        (ours @ Some(_), theirs) => assert_eq!(ours, theirs, "{text}"),
        (None, Some(time)) => assert!(!is_common_form(text), "{text} is {time:?}"),
        (None, None) => {}
    }
    if let Some(time) = ours {
        check_format(time);
    }
}

/// Returns whether a timestamp has the form that this crate accepts. RFC 3339 also allows lower-case letters, a space
/// instead of the `T`, and more than nine fractional digits.
fn is_common_form(text: &str) -> bool {
    let fraction = text.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    text.bytes().all(|byte| byte.is_ascii_digit() || b"-:.+TZ".contains(&byte)) && fraction <= 9
}

fn check_format(time: SystemTime) {
    let text = format_timestamp(time);
    let micros = time.duration_since(UNIX_EPOCH).expect("since 1970").as_micros();
    let truncated = UNIX_EPOCH + Duration::from_micros(u64::try_from(micros).expect("before 9999"));
    assert_eq!(parse_timestamp(&text), Some(truncated), "{text}");
    let format = if micros.is_multiple_of(1_000_000) { SecondsFormat::Secs } else { SecondsFormat::Micros };
    let theirs = DateTime::from_timestamp_micros(i64::try_from(micros).expect("before 9999")).expect("a time");
    assert_eq!(text, theirs.to_rfc3339_opts(format, false));
}

/// This crate ignores the weekday and accepts leap seconds.
fn check_http_date(text: &str) {
    let ours = parse_http_date(text);
    if let Some(time) = ours.filter(|_| !text.ends_with(":60 GMT")) {
        assert_eq!(text.get(4..), httpdate::fmt_http_date(time).get(4..));
    }
    if let Some(time) = httpdate::parse_http_date(text).ok().filter(|_| is_current_form(text)) {
        assert_eq!(ours, Some(time), "{text}");
    }
}

/// Returns whether a date has the current format: the two obsolete ones have no comma after three letters. `httpdate` also
/// accepts surrounding whitespace.
fn is_current_form(text: &str) -> bool {
    text.trim() == text && text.as_bytes().get(3) == Some(&b',')
}

fn until_9999(time: DateTime<Utc>) -> Option<SystemTime> {
    // `chrono` represents a leap second as the second before it, with more than a second of nanoseconds.
    let nanoseconds = time.timestamp_subsec_nanos();
    let seconds = u64::try_from(time.timestamp() + i64::from(nanoseconds / 1_000_000_000)).ok()?;
    (seconds <= LAST_SECOND).then(|| UNIX_EPOCH + Duration::new(seconds, nanoseconds % 1_000_000_000))
}
