//! The one error type of this crate: what a program can act on and what a person reads.

mod hint;

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::http::Response;
use crate::model::ErrorShape;
use crate::timestamp::parse_http_date;
use crate::validate::Violation;

/// Which step of a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client's settings do not fit together: region, endpoint options, URL. Nothing was sent.
    Configuration,
    /// An input breaks the model's rules. Nothing was sent.
    Validation,
    /// There are no usable credentials to sign with. Nothing was sent.
    Credentials,
    /// The request could not be sent, or its answer not received.
    Network,
    /// No whole answer came within the time allowed.
    Timeout,
    /// The caller gave up the call.
    Aborted,
    /// An answer came, and it is not one that STS gives.
    Response,
    /// STS answered with an error.
    Service,
}

impl ErrorKind {
    /// Its name in lower case, as `service`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Validation => "validation",
            Self::Credentials => "credentials",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Aborted => "aborted",
            Self::Response => "response",
            Self::Service => "service",
        }
    }
}

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The caller's: the same call will fail again.
    Client,
    /// The server's, or the way's to it.
    Server,
}

/// Why a call failed.
///
/// `Display` gives the code and the message; [`Error::hint`] what to do next. No error holds a secret of the
/// caller's: messages of this crate are made of names and numbers, and those of the service are its own words.
#[derive(Clone)]
pub struct Error(Box<Details>);

#[derive(Clone)]
struct Details {
    kind: ErrorKind,
    code: String,
    message: String,
    request_id: Option<String>,
    status: Option<u16>,
    server_time: Option<SystemTime>,
    retry_after: Option<Duration>,
    violations: Vec<Violation>,
    attempts: u32,
    total_retry_delay: Duration,
}

impl Error {
    /// An error of this crate's own. `code` is its short name, in the style of a service's code.
    #[must_use]
    pub fn new(kind: ErrorKind, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            code: code.into(),
            message: message.into(),
            request_id: None,
            status: None,
            server_time: None,
            retry_after: None,
            violations: Vec::new(),
            attempts: 0,
            total_retry_delay: Duration::ZERO,
        }))
    }

    /// Which step failed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The service's code, as `AccessDenied`, or this crate's own short name for the fault.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The error's class in the AWS SDKs: `MalformedPolicyDocumentException` for `MalformedPolicyDocument`. For a
    /// code that the model does not name, the code.
    #[must_use]
    pub fn class(&self) -> String {
        match ErrorShape::find(self.code()) {
            Some(shape) if self.0.kind == ErrorKind::Service => shape.class(),
            _ => self.0.code.clone(),
        }
    }

    /// What happened, in words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What a person should do next, for the errors that people meet.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        hint::hint(self)
    }

    /// The id under which AWS knows the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The HTTP status of the answer, if one came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// What is wrong with the input, member by member, if that is what failed.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// How often the request was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long was waited between attempts.
    #[must_use]
    pub fn total_retry_delay(&self) -> Duration {
        self.0.total_retry_delay
    }

    /// The server's clock, out of the answer's `Date` header, if it could be read.
    #[must_use]
    pub fn server_time(&self) -> Option<SystemTime> {
        self.0.server_time
    }

    /// How long the server asked to wait, out of the answer's `Retry-After` header in seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whose fault it is.
    #[must_use]
    pub fn fault_kind(&self) -> FaultKind {
        match self.0.kind {
            ErrorKind::Network | ErrorKind::Timeout => FaultKind::Server,
            ErrorKind::Response if self.0.status.is_none_or(|status| status < 400) => FaultKind::Server,
            _ if self.0.status.is_some_and(|status| status >= 500) => FaultKind::Server,
            _ => FaultKind::Client,
        }
    }

    /// Whether the service refused because of too many requests.
    ///
    /// Source: AWS SDKs and Tools Reference Guide, "Retry behavior".
    #[must_use]
    pub fn is_throttling(&self) -> bool {
        const CODES: [&str; 12] = [
            "Throttling",
            "Throttled",
            "RequestThrottled",
            "TooManyRequests",
            "ProvisionedThroughputExceeded",
            "TransactionInProgress",
            "RequestLimitExceeded",
            "BandwidthLimitExceeded",
            "LimitExceeded",
            "SlowDown",
            "PriorRequestNotComplete",
            "EC2Throttled",
        ];
        self.0.status == Some(429) || CODES.iter().any(|code| self.is(code))
    }

    /// Whether the same call may well succeed when it is tried again: throttling, outages, lost connections,
    /// timeouts. A wrong clock is not among them, since it takes a correction and not patience.
    ///
    /// Source: AWS SDKs and Tools Reference Guide, "Retry behavior".
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.0.kind {
            ErrorKind::Network | ErrorKind::Timeout => true,
            ErrorKind::Service | ErrorKind::Response => {
                const TRANSIENT: [&str; 3] = ["IDPCommunicationError", "RequestTimeout", "InternalError"];
                self.is_throttling()
                    || matches!(self.0.status, Some(500 | 502 | 503 | 504))
                    || TRANSIENT.iter().any(|code| self.is(code))
            }
            _ => false,
        }
    }

    /// Whether this is the service's error called `code`, with or without `Exception` at its end.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        fn stem(code: &str) -> &str {
            code.strip_suffix("Exception").unwrap_or(code)
        }
        self.0.kind == ErrorKind::Service && stem(self.code()) == stem(code)
    }

    pub(crate) fn invalid_input(operation: &str, violations: Vec<Violation>) -> Self {
        let separator = if violations.len() == 1 { " " } else { "\n- " };
        let mut message = [operation, ":"].concat();
        for violation in &violations {
            message.push_str(separator);
            message.push_str(&violation.message);
        }
        let mut error = Self::new(ErrorKind::Validation, "InvalidInput", message);
        error.0.violations = violations;
        error
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.0.request_id = id;
        self
    }

    /// Adds what the response's status and headers tell.
    pub(crate) fn with_response(mut self, response: &Response) -> Self {
        self.0.status = Some(response.status);
        self.0.request_id = self.0.request_id.filter(|id| !id.is_empty()).or_else(|| request_id_header(response));
        self.0.server_time = response.header("date").and_then(parse_http_date);
        self.0.retry_after = response
            .header("retry-after")
            .and_then(|seconds| seconds.trim_ascii().parse().ok())
            .map(Duration::from_secs);
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32, total_retry_delay: Duration) -> Self {
        self.0.attempts = attempts;
        self.0.total_retry_delay = total_retry_delay;
        self
    }
}

/// The request id out of a header, where the body has none.
pub(crate) fn request_id_header(response: &Response) -> Option<String> {
    let ids = ["x-amzn-requestid", "x-amz-request-id"];
    ids.iter().find_map(|name| response.header(name).filter(|id| !id.is_empty())).map(str::to_owned)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.code)?;
        f.write_str(": ")?;
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("code", &self.0.code)
            .field("message", &self.0.message)
            .field("status", &self.0.status)
            .field("request_id", &self.0.request_id)
            .field("attempts", &self.0.attempts)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(status: u16, code: &str) -> Error {
        Error::new(ErrorKind::Service, code, "m").with_status(status)
    }

    #[test]
    fn what_may_pass_is_worth_a_retry() {
        for (status, code) in [
            (400, "Throttling"),
            (400, "RequestLimitExceeded"),
            (429, "Whatever"),
            (500, "InternalFailure"),
            (503, "ServiceUnavailable"),
            (400, "IDPCommunicationError"),
            (400, "IDPCommunicationErrorException"),
        ] {
            assert!(service(status, code).is_retryable(), "{status} {code}");
        }
        for status in [500, 502, 503, 504] {
            assert!(Error::new(ErrorKind::Response, "UnexpectedResponse", "").with_status(status).is_retryable());
        }
        assert!(Error::new(ErrorKind::Network, "NetworkError", "").is_retryable());
        assert!(Error::new(ErrorKind::Timeout, "TimeoutError", "").is_retryable());
    }

    #[test]
    fn what_will_not_pass_is_not() {
        for (status, code) in [(403, "AccessDenied"), (400, "ValidationError"), (403, "ExpiredToken"), (501, "No")] {
            assert!(!service(status, code).is_retryable(), "{status} {code}");
        }
        for kind in [ErrorKind::Validation, ErrorKind::Configuration, ErrorKind::Credentials, ErrorKind::Aborted] {
            assert!(!Error::new(kind, "Throttling", "").is_retryable(), "{kind:?}");
        }
        assert!(!Error::new(ErrorKind::Response, "UnexpectedResponse", "").with_status(200).is_retryable());
    }

    #[test]
    fn the_fault_is_the_servers_from_500_on() {
        assert_eq!(service(403, "AccessDenied").fault_kind(), FaultKind::Client);
        assert_eq!(service(503, "ServiceUnavailable").fault_kind(), FaultKind::Server);
        assert_eq!(Error::new(ErrorKind::Network, "NetworkError", "").fault_kind(), FaultKind::Server);
        assert_eq!(Error::new(ErrorKind::Validation, "InvalidInput", "").fault_kind(), FaultKind::Client);
    }

    #[test]
    fn codes_are_known_in_both_spellings_and_classes_are_the_sdks() {
        assert!(service(400, "ExpiredToken").is("ExpiredTokenException"));
        assert!(service(400, "ExpiredTokenException").is("ExpiredToken"));
        assert_eq!(service(400, "MalformedPolicyDocument").class(), "MalformedPolicyDocumentException");
        assert_eq!(service(403, "AccessDenied").class(), "AccessDenied");
    }
}
