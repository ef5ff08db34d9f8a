//! A transport for tests.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::{MaybeSend, MaybeSync, Transport};
use crate::Error;
use crate::http::{Request, Response};

/// A transport for tests, which calls a function for each response. Its clock does not advance, and delays end
/// immediately. See [the guide](crate::guide#testing-your-code).
pub struct Fake<F> {
    respond: F,
    time: SystemTime,
}

impl<F> Fake<F>
where
    F: Fn(&Request) -> Result<Response, Error> + MaybeSend + MaybeSync,
{
    /// Creates a transport that calls `respond` for each attempt. Its clock shows 2000-01-01T00:00:00Z.
    pub fn new(respond: F) -> Self {
        Self { respond, time: SystemTime::UNIX_EPOCH + Duration::from_secs(946_684_800) }
    }

    /// Sets the time that the clock shows.
    #[must_use]
    pub fn at(self, time: SystemTime) -> Self {
        Self { time, ..self }
    }
}

impl<F> Transport for Fake<F>
where
    F: Fn(&Request) -> Result<Response, Error> + MaybeSend + MaybeSync,
{
    async fn send(&self, request: Request, _timeout: Duration) -> Result<Response, Error> {
        (self.respond)(&request)
    }

    fn now(&self) -> SystemTime {
        self.time
    }

    async fn sleep(&self, _duration: Duration) {}

    fn random(&self) -> f64 {
        0.5
    }
}

impl<F> fmt::Debug for Fake<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fake").field("time", &self.time).finish_non_exhaustive()
    }
}
