//! What is tried again, when, and how often: the standard mode of the AWS SDKs. And the clock's correction.
//!
//! Source: AWS SDKs and Tools Reference Guide, "Retry behavior".

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::timestamp::parse_basic_timestamp;
use crate::{Error, ErrorKind};

/// The longest wait between two attempts. A server that asks for more is taken at its word: the call ends.
pub const MAX_DELAY: Duration = Duration::from_secs(20);

/// In milliseconds.
const BASE: f64 = 100.0;
const THROTTLED_BASE: f64 = 500.0;
const LONGEST: f64 = 20_000.0;

/// What a client may spend on retries over its life, so that many failing calls do not make an outage worse.
///
/// A retry takes five tokens out of 500, ten after a timeout. A retry that succeeds gives its tokens back, and a
/// call that succeeds at once gives one.
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

    /// The tokens that are left.
    #[must_use]
    pub fn tokens(&self) -> u32 {
        self.tokens
    }

    fn take(&mut self, cost: u32) -> bool {
        match self.tokens.checked_sub(cost) {
            Some(left) => {
                self.tokens = left;
                true
            }
            None => false,
        }
    }

    fn give(&mut self, tokens: u32) {
        self.tokens = (self.tokens + tokens).min(Self::CAPACITY);
    }
}

/// The attempts of one call.
#[derive(Debug)]
pub struct Attempts {
    max: u32,
    made: u32,
    waited: Duration,
    spent: u32,
    clock_corrected: bool,
}

impl Attempts {
    /// A call that may be sent `max` times, once at least.
    #[must_use]
    pub fn new(max: u32) -> Self {
        Self { max: max.max(1), made: 0, waited: Duration::ZERO, spent: 0, clock_corrected: false }
    }

    /// Counts an attempt that is about to be made.
    pub fn begin(&mut self) {
        self.made += 1;
    }

    /// How often the request was sent.
    #[must_use]
    pub fn made(&self) -> u32 {
        self.made
    }

    /// How long was waited between attempts.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// Notes that the call succeeded.
    pub fn succeeded(&self, budget: &mut Budget) {
        budget.give(self.spent.max(1));
    }

    /// How long to wait before the next attempt; `None` where `error` is the call's end.
    ///
    /// `random` is from 0 to 1: the wait is that part of an exponentially growing time (full jitter), or what the
    /// server asked for.
    pub fn after(&mut self, error: &Error, budget: &mut Budget, random: f64) -> Option<Duration> {
        if self.made >= self.max || !error.is_retryable() || error.retry_after() > Some(MAX_DELAY) {
            return None;
        }
        let cost = if error.kind() == ErrorKind::Timeout { 10 } else { 5 };
        if !budget.take(cost) {
            return None;
        }
        self.spent = cost;
        let base = if error.is_throttling() { THROTTLED_BASE } else { BASE };
        let doubled = (base * f64::from(1_u32 << (self.made - 1).min(16))).min(LONGEST);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to LONGEST")]
        let by_chance = Duration::from_millis((doubled * random.clamp(0.0, 1.0)) as u64);
        let delay = error.retry_after().unwrap_or(by_chance);
        self.waited += delay;
        Some(delay)
    }

    /// The clock's offset to sign the next attempt with, in milliseconds, where `error` is about the clock: once in a
    /// call.
    ///
    /// `now` is this machine's time, and `signed` the time that the attempt was signed with: meanwhile another call may
    /// have corrected the clock.
    pub fn corrected_clock(&mut self, error: &Error, now: SystemTime, signed: SystemTime) -> Option<i64> {
        if self.clock_corrected {
            return None;
        }
        let server = servers_time(error)?;
        if (server - milliseconds(signed)).abs() <= TOLERANCE {
            return None;
        }
        self.clock_corrected = true;
        Some(server - milliseconds(now))
    }

    /// Whether another attempt is allowed at all.
    #[must_use]
    pub fn may_continue(&self) -> bool {
        self.made < self.max
    }
}

/// Milliseconds within which a clock is right. AWS refuses from five minutes on.
const TOLERANCE: i64 = 4 * 60 * 1000;

/// The server's time in milliseconds, if a refusal tells.
fn servers_time(error: &Error) -> Option<i64> {
    let refused = error.kind() == ErrorKind::Service && matches!(error.status(), Some(400 | 401 | 403));
    if !refused {
        return None;
    }
    time_in(error.message()).or(error.server_time()).map(milliseconds)
}

/// The server's time out of `Signature expired: A is now earlier than B (C - 5 min.)`: C.
fn time_in(message: &str) -> Option<SystemTime> {
    if !message.contains("Signature expired") && !message.contains("Signature not yet current") {
        return None;
    }
    let (_, inside) = message.rsplit_once('(')?;
    parse_basic_timestamp(inside.get(..16)?)
}

/// A duration in milliseconds. The standard library counts them in 128 bits, which wasm has to emulate.
pub(crate) fn whole_milliseconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1000).saturating_add(u64::from(duration.subsec_millis()))
}

/// Milliseconds since 1970; negative before.
pub(crate) fn milliseconds(time: SystemTime) -> i64 {
    let whole = |duration| i64::try_from(whole_milliseconds(duration)).unwrap_or(i64::MAX);
    time.duration_since(UNIX_EPOCH).map_or_else(|before| -whole(before.duration()), whole)
}

/// `time` and `offset` milliseconds, as far as a clock goes.
pub(crate) fn shifted(time: SystemTime, offset: i64) -> SystemTime {
    let by = Duration::from_millis(offset.unsigned_abs());
    let moved = if offset.is_negative() { time.checked_sub(by) } else { time.checked_add(by) };
    moved.unwrap_or(time)
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
            attempts.after(error, &mut budget, random)
        })
        .collect()
    }

    #[test]
    fn three_attempts_means_two_waits_that_double_and_are_jittered() {
        let outage = service(503, "ServiceUnavailable", "");
        assert_eq!(delays(&outage, 3, 1.0), [Duration::from_millis(100), Duration::from_millis(200)]);
        assert_eq!(delays(&outage, 3, 0.5), [Duration::from_millis(50), Duration::from_millis(100)]);
        assert_eq!(delays(&outage, 3, 0.0), [Duration::ZERO; 2]);
        assert!(delays(&outage, 1, 1.0).is_empty());
        assert!(delays(&outage, 0, 1.0).is_empty());
        assert!(delays(&service(403, "AccessDenied", ""), 3, 1.0).is_empty());
    }

    #[test]
    fn throttling_waits_longer_and_no_wait_is_over_twenty_seconds() {
        let throttled = service(400, "Throttling", "");
        assert_eq!(delays(&throttled, 2, 1.0), [Duration::from_millis(500)]);
        let many = delays(&throttled, 40, 1.0);
        assert_eq!(many.len(), 39);
        assert_eq!(many.last(), Some(&MAX_DELAY));
    }

    #[test]
    fn retry_after_is_obeyed_up_to_twenty_seconds() {
        let after = |seconds| with_headers(service(503, "SlowDown", ""), &[("Retry-After", seconds)]);
        assert_eq!(delays(&after("7"), 2, 0.1), [Duration::from_secs(7)]);
        assert_eq!(delays(&after("20"), 2, 0.1), [MAX_DELAY]);
        assert!(delays(&after("21"), 3, 0.1).is_empty());
        assert_eq!(delays(&after("soon"), 2, 1.0), [Duration::from_millis(500)]);
    }

    #[test]
    fn the_budget_ends_retries_in_an_outage_and_success_fills_it() {
        let (outage, timeout) =
            (service(500, "InternalFailure", ""), Error::new(ErrorKind::Timeout, "TimeoutError", ""));
        let mut budget = Budget::default();
        let mut retries = 0;
        loop {
            let mut call = Attempts::new(2);
            call.begin();
            if call.after(&outage, &mut budget, 0.0).is_none() {
                break;
            }
            retries += 1;
        }
        assert_eq!((retries, budget.tokens()), (100, 0));

        let mut call = Attempts::new(2);
        call.begin();
        call.succeeded(&mut budget);
        assert_eq!(budget.tokens(), 1);

        budget.give(499);
        call.after(&timeout, &mut budget, 0.0);
        assert_eq!(budget.tokens(), 490);
        call.succeeded(&mut budget);
        assert_eq!(budget.tokens(), 500);
    }

    fn now() -> SystemTime {
        parse_timestamp("2026-11-23T19:00:00Z").expect("a time")
    }

    fn correction(error: &Error, offset: i64) -> Option<i64> {
        Attempts::new(3).corrected_clock(error, now(), shifted(now(), offset))
    }

    const TWO_HOURS: i64 = 2 * 3600 * 1000;

    #[test]
    fn the_clock_is_corrected_by_the_date_of_a_refusal() {
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
        assert_eq!(correction(&with_headers(service(503, "No", ""), &ahead), 0), None, "not a refusal");
    }

    #[test]
    fn a_clock_is_set_back_as_well_as_forward_and_from_before_1970_too() {
        let skewed =
            with_headers(service(403, "RequestTimeTooSkewed", ""), &[("Date", "Mon, 23 Nov 2026 19:00:00 GMT")]);
        let two_hours = Duration::from_secs(2 * 3600);
        for wrong in [now() + two_hours, now() - two_hours, UNIX_EPOCH - two_hours] {
            let offset = Attempts::new(3).corrected_clock(&skewed, wrong, wrong).expect("an offset");
            assert_eq!(shifted(wrong, offset), now());
        }
    }

    #[test]
    fn the_clock_is_corrected_by_the_errors_own_words() {
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
    fn the_clock_is_corrected_once_in_a_call() {
        let skewed =
            with_headers(service(403, "RequestTimeTooSkewed", ""), &[("Date", "Mon, 23 Nov 2026 21:00:00 GMT")]);
        let mut call = Attempts::new(3);
        assert!(call.corrected_clock(&skewed, now(), now()).is_some());
        assert!(call.corrected_clock(&skewed, now(), now()).is_none());
    }
}
