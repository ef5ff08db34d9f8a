//! Retries as in the standard mode of the AWS SDKs, and the correction of clock skew.
//!
//! ```
//! use std::time::Duration;
//!
//! use sts_web::raw::retry::{Attempts, Budget};
//! use sts_web::{Error, ErrorKind};
//!
//! let mut budget = Budget::default();
//! let mut attempts = Attempts::new(3);
//! attempts.begin();
//! let error = Error::new(ErrorKind::Network, "NetworkError", "connection reset");
//! let random = 0.5; // from 0 to 1
//! assert_eq!(attempts.next_delay(&error, &mut budget, random), Some(Duration::from_millis(50)));
//! ```
//!
//! Source: AWS SDKs and Tools Reference Guide, "Retry behavior".

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::substring::contains;
use crate::timestamp::parse_basic_timestamp;
use crate::{Error, ErrorKind};

/// Maximum delay between two attempts. If a server's `Retry-After` is longer, the call fails instead of retrying.
pub const MAX_DELAY: Duration = Duration::from_secs(20);

const BASE_DELAY_MS: f64 = 100.0;
const THROTTLING_BASE_DELAY_MS: f64 = 500.0;
const MAX_DELAY_MS: f64 = 20_000.0;

/// Retry budget of a client: a token bucket that keeps many failing calls from making an outage worse.
///
/// The bucket starts with 500 tokens. A retry costs five tokens, or ten after a timeout. When a retry succeeds, its
/// tokens are refunded; a call that succeeds at the first attempt adds one token.
#[derive(Debug)]
pub struct Budget {
    tokens: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { tokens: Self::CAPACITY }
    }
}

impl Budget {
    const CAPACITY: u32 = 500;

    /// Returns the number of tokens left.
    #[must_use]
    pub fn tokens(&self) -> u32 {
        self.tokens
    }

    fn withdraw(&mut self, cost: u32) -> bool {
        match self.tokens.checked_sub(cost) {
            Some(left) => {
                self.tokens = left;
                true
            }
            None => false,
        }
    }

    fn refund(&mut self, tokens: u32) {
        self.tokens = (self.tokens + tokens).min(Self::CAPACITY);
    }
}

/// Counts the attempts of one call and decides whether to retry.
#[derive(Debug)]
pub struct Attempts {
    max: u32,
    count: u32,
    total_delay: Duration,
    cost: u32,
    clock_corrected: bool,
}

impl Attempts {
    /// Creates a counter that allows `max` attempts, and at least one.
    #[must_use]
    pub fn new(max: u32) -> Self {
        Self { max: max.max(1), count: 0, total_delay: Duration::ZERO, cost: 0, clock_corrected: false }
    }

    /// Counts an attempt. Call it before each attempt.
    pub fn begin(&mut self) {
        self.count += 1;
    }

    /// Returns the number of attempts made.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Returns the total delay between the attempts.
    #[must_use]
    pub fn total_delay(&self) -> Duration {
        self.total_delay
    }

    /// Refunds tokens to the budget after the call succeeded.
    pub fn succeeded(&self, budget: &mut Budget) {
        budget.refund(self.cost.max(1));
    }

    /// Returns the delay before the next attempt, or `None` if the call must not be retried after `error`.
    ///
    /// The delay is the server's `Retry-After`, or else exponential backoff with full jitter: `random`, from 0 to 1,
    /// times a delay that doubles with each attempt.
    pub fn next_delay(&mut self, error: &Error, budget: &mut Budget, random: f64) -> Option<Duration> {
        if self.count >= self.max || !error.is_retryable() || error.retry_after() > Some(MAX_DELAY) {
            return None;
        }
        let cost = if error.kind() == ErrorKind::Timeout { 10 } else { 5 };
        if !budget.withdraw(cost) {
            return None;
        }
        self.cost = cost;
        let base = if error.is_throttling() { THROTTLING_BASE_DELAY_MS } else { BASE_DELAY_MS };
        let backoff = (base * f64::from(1_u32 << (self.count - 1).min(16))).min(MAX_DELAY_MS);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to MAX_DELAY_MS")]
        let jittered = Duration::from_millis((backoff * random.clamp(0.0, 1.0)) as u64);
        let delay = error.retry_after().unwrap_or(jittered);
        self.total_delay += delay;
        Some(delay)
    }

    /// Returns the corrected clock offset in milliseconds if the server rejected the request because of clock skew. A
    /// call is corrected at most once.
    ///
    /// `now` is this machine's time. `signed_at` is the time in the request's signature: it already includes a correction
    /// that another call has made.
    pub fn corrected_clock_offset(&mut self, error: &Error, now: SystemTime, signed_at: SystemTime) -> Option<i64> {
        if self.clock_corrected {
            return None;
        }
        let server_time = server_time(error)?;
        if (server_time - unix_milliseconds(signed_at)).abs() <= MAX_CLOCK_SKEW_MS {
            return None;
        }
        self.clock_corrected = true;
        Some(server_time - unix_milliseconds(now))
    }

    /// Returns whether another attempt is allowed.
    #[must_use]
    pub fn has_next(&self) -> bool {
        self.count < self.max
    }
}

/// Clock skew that needs no correction. AWS rejects requests from five minutes on.
const MAX_CLOCK_SKEW_MS: i64 = 4 * 60 * 1000;

/// The server's time in milliseconds since 1970, from the message or the `Date` header of a rejected request.
fn server_time(error: &Error) -> Option<i64> {
    let rejected = error.kind() == ErrorKind::Service && matches!(error.status(), Some(400 | 401 | 403));
    if !rejected {
        return None;
    }
    time_in_message(error.message()).or(error.server_time()).map(unix_milliseconds)
}

/// Finds the server's time C in `Signature expired: A is now earlier than B (C - 5 min.)`.
fn time_in_message(message: &str) -> Option<SystemTime> {
    if !contains(message, "Signature expired") && !contains(message, "Signature not yet current") {
        return None;
    }
    let (_, parenthesized) = message.rsplit_once('(')?;
    parse_basic_timestamp(parenthesized.get(..16)?)
}

/// Returns the duration in milliseconds, like [`Duration::as_millis`] but without 128-bit arithmetic.
pub(crate) fn whole_milliseconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1000).saturating_add(u64::from(duration.subsec_millis()))
}

/// Milliseconds since 1970, negative for earlier times.
pub(crate) fn unix_milliseconds(time: SystemTime) -> i64 {
    let whole = |duration| i64::try_from(whole_milliseconds(duration)).unwrap_or(i64::MAX);
    time.duration_since(UNIX_EPOCH).map_or_else(|before| -whole(before.duration()), whole)
}

/// Adds `offset` milliseconds to `time`; returns `time` unchanged if the result is out of range.
pub(crate) fn shifted(time: SystemTime, offset: i64) -> SystemTime {
    let amount = Duration::from_millis(offset.unsigned_abs());
    let shifted = if offset.is_negative() { time.checked_sub(amount) } else { time.checked_add(amount) };
    shifted.unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Response;
    use crate::timestamp::parse_timestamp;

    fn service(status: u16, code: &str, message: &str) -> Error {
        Error::new(ErrorKind::Service, code, message).with_status(status)
    }

    fn with_headers(error: Error, headers: &[(&str, &str)]) -> Error {
        let status = error.status().unwrap_or_default();
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        error.with_response(&Response { status, headers, body: Vec::new() })
    }

    fn delays(error: &Error, max: u32, random: f64) -> Vec<Duration> {
        let (mut attempts, mut budget) = (Attempts::new(max), Budget::default());
        std::iter::from_fn(|| {
            attempts.begin();
            attempts.next_delay(error, &mut budget, random)
        })
        .collect()
    }

    #[test]
    fn three_attempts_have_two_delays_that_double_and_are_jittered() {
        let outage = service(503, "ServiceUnavailable", "");
        assert_eq!(delays(&outage, 3, 1.0), [Duration::from_millis(100), Duration::from_millis(200)]);
        assert_eq!(delays(&outage, 3, 0.5), [Duration::from_millis(50), Duration::from_millis(100)]);
        assert_eq!(delays(&outage, 3, 0.0), [Duration::ZERO; 2]);
        assert!(delays(&outage, 1, 1.0).is_empty());
        assert!(delays(&outage, 0, 1.0).is_empty());
        assert!(delays(&service(403, "AccessDenied", ""), 3, 1.0).is_empty());
    }

    #[test]
    fn throttling_has_longer_delays_and_none_exceeds_twenty_seconds() {
        let throttled = service(400, "Throttling", "");
        assert_eq!(delays(&throttled, 2, 1.0), [Duration::from_millis(500)]);
        let many = delays(&throttled, 40, 1.0);
        assert_eq!(many.len(), 39);
        assert_eq!(many.last(), Some(&MAX_DELAY));
    }

    #[test]
    fn retry_after_is_respected_up_to_twenty_seconds() {
        let after = |seconds| with_headers(service(503, "SlowDown", ""), &[("Retry-After", seconds)]);
        assert_eq!(delays(&after("7"), 2, 0.1), [Duration::from_secs(7)]);
        assert_eq!(delays(&after("20"), 2, 0.1), [MAX_DELAY]);
        assert!(delays(&after("21"), 3, 0.1).is_empty());
        assert_eq!(delays(&after("soon"), 2, 1.0), [Duration::from_millis(500)]);
    }

    #[test]
    fn the_budget_limits_retries_in_an_outage_and_successes_refill_it() {
        let (outage, timeout) =
            (service(500, "InternalFailure", ""), Error::new(ErrorKind::Timeout, "TimeoutError", ""));
        let mut budget = Budget::default();
        let mut retries = 0;
        loop {
            let mut call = Attempts::new(2);
            call.begin();
            if call.next_delay(&outage, &mut budget, 0.0).is_none() {
                break;
            }
            retries += 1;
        }
        assert_eq!((retries, budget.tokens()), (100, 0));

        let mut call = Attempts::new(2);
        call.begin();
        call.succeeded(&mut budget);
        assert_eq!(budget.tokens(), 1);

        budget.refund(499);
        call.next_delay(&timeout, &mut budget, 0.0);
        assert_eq!(budget.tokens(), 490);
        call.succeeded(&mut budget);
        assert_eq!(budget.tokens(), 500);
    }

    fn now() -> SystemTime {
        parse_timestamp("2026-11-23T19:00:00Z").expect("a time")
    }

    fn correction(error: &Error, offset: i64) -> Option<i64> {
        Attempts::new(3).corrected_clock_offset(error, now(), shifted(now(), offset))
    }

    const TWO_HOURS: i64 = 2 * 3600 * 1000;

    #[test]
    fn the_clock_is_corrected_from_the_date_header_of_a_rejected_request() {
        let ahead = [("Date", "Mon, 23 Nov 2026 21:00:00 GMT")];
        let skewed = with_headers(service(403, "RequestTimeTooSkewed", ""), &ahead);
        assert_eq!(correction(&skewed, 0), Some(TWO_HOURS));
        let behind =
            with_headers(service(403, "SignatureDoesNotMatch", ""), &[("Date", "Mon, 23 Nov 2026 17:00:00 GMT")]);
        assert_eq!(correction(&behind, 0), Some(-TWO_HOURS));
        assert_eq!(correction(&skewed, TWO_HOURS - 1000), None, "already corrected");
        let off_by = |date| correction(&with_headers(service(403, "AccessDenied", ""), &[("Date", date)]), 0);
        assert_eq!(off_by("Mon, 23 Nov 2026 19:04:00 GMT"), None);
        assert_eq!(off_by("Mon, 23 Nov 2026 19:04:01 GMT"), Some(241_000));
        assert_eq!(correction(&with_headers(service(503, "No", ""), &ahead), 0), None, "not a rejected signature");
    }

    #[test]
    fn a_clock_is_corrected_in_both_directions_and_even_from_before_1970() {
        let skewed =
            with_headers(service(403, "RequestTimeTooSkewed", ""), &[("Date", "Mon, 23 Nov 2026 19:00:00 GMT")]);
        let two_hours = Duration::from_secs(2 * 3600);
        for wrong in [now() + two_hours, now() - two_hours, UNIX_EPOCH - two_hours] {
            let offset = Attempts::new(3).corrected_clock_offset(&skewed, wrong, wrong).expect("an offset");
            assert_eq!(shifted(wrong, offset), now());
        }
    }

    #[test]
    fn the_clock_is_corrected_from_the_error_message() {
        for message in [
            "Signature expired: 20261123T190000Z is now earlier than 20261123T205500Z (20261123T210000Z - 5 min.)",
            "Signature not yet current: 20261123T190000Z is still later than 20261123T210500Z (20261123T210000Z + 5 min.)",
        ] {
            assert_eq!(correction(&service(403, "SignatureDoesNotMatch", message), 0), Some(TWO_HOURS), "{message}");
        }
        for message in ["Signature expired", "Signature expired (soon)", "Signature expired (ééééééééééé)"] {
            assert_eq!(correction(&service(403, "SignatureDoesNotMatch", message), 0), None);
        }
    }

    #[test]
    fn the_clock_is_corrected_once_per_call() {
        let skewed =
            with_headers(service(403, "RequestTimeTooSkewed", ""), &[("Date", "Mon, 23 Nov 2026 21:00:00 GMT")]);
        let mut call = Attempts::new(3);
        assert!(call.corrected_clock_offset(&skewed, now(), now()).is_some());
        assert!(call.corrected_clock_offset(&skewed, now(), now()).is_none());
    }
}
