//! The error type of this crate.
//!
//! ```
//! # use sts_web::{Error, ErrorKind};
//! fn report(error: &Error) {
//!     eprintln!("{error}");
//!     if let Some(hint) = error.hint() {
//!         eprintln!("hint: {hint}");
//!     }
//!     if error.kind() == ErrorKind::Validation {
//!         for violation in error.violations() {
//!             eprintln!("{}: {}", violation.member, violation.message);
//!         }
//!     }
//! }
//! # report(&Error::new(ErrorKind::Service, "AccessDenied", "not authorized"));
//! ```

mod hint;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::http::Response;
use crate::model::ErrorShape;
pub use crate::raw::validate::Violation;
use crate::timestamp::parse_http_date;

/// The step of a call that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting is invalid or contradicts another: region, endpoint options, URL. Nothing was sent.
    Configuration,
    /// The input violates the constraints of the model. Nothing was sent.
    Validation,
    /// No usable credentials are available. Nothing was sent.
    Credentials,
    /// The request could not be sent, or the response could not be received.
    Network,
    /// The response did not arrive completely before the timeout.
    Timeout,
    /// The caller aborted the call.
    Aborted,
    /// The response is not a valid STS response.
    Response,
    /// STS returned an error.
    Service,
}

impl ErrorKind {
    /// Returns the name in lower case, e.g. `service`.
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

/// Which side caused an error: `$fault` in the AWS SDK for JavaScript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "either side of a connection")]
pub enum FaultKind {
    /// The client: the same call would fail again.
    Client,
    /// The server, or the network.
    Server,
}

/// The error of a call.
///
/// `Display` prints the code and the message; [`Error::hint`] says what to do next. An error never contains a secret of
/// the caller: this crate's messages contain names and numbers only, and the service's messages are passed on unchanged.
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
    source: Option<Source>,
}

/// Shared, since errors are cloned and their causes often cannot be.
type Source = Arc<dyn std::error::Error + Send + Sync>;

impl Error {
    /// Creates an error. `code` is a short name in the style of the service's error codes.
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
            source: None,
        }))
    }

    /// Sets the cause, which [`source`](std::error::Error::source) returns.
    ///
    /// ```
    /// use std::error::Error as _;
    ///
    /// use sts_web::{Error, ErrorKind};
    ///
    /// let cause = std::io::Error::from(std::io::ErrorKind::NotFound);
    /// let error = Error::new(ErrorKind::Credentials, "NoTokenFile", "the token file could not be read");
    /// let error = error.with_source(cause);
    /// assert_eq!(error.source().unwrap().to_string(), "entity not found");
    /// ```
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into().into());
        self
    }

    /// Returns the step that failed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the service's error code, e.g. `AccessDenied`, or a code of this crate, e.g. `InvalidInput`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// Returns the name of the error's class in the AWS SDKs, e.g. `MalformedPolicyDocumentException` for the code
    /// `MalformedPolicyDocument`. Returns the code itself if the model has no class for it.
    #[must_use]
    pub fn class(&self) -> String {
        match ErrorShape::find(self.code()) {
            Some(shape) if self.0.kind == ErrorKind::Service => shape.class(),
            _ => self.0.code.clone(),
        }
    }

    /// Returns the message, which says what happened.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns advice on what to do next, for common errors.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        hint::hint(self)
    }

    /// Returns the request ID that AWS assigned.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns the HTTP status of the response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Returns the violations of the input, if validation failed.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// Returns the number of attempts made.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the total delay between the attempts.
    #[must_use]
    pub fn total_retry_delay(&self) -> Duration {
        self.0.total_retry_delay
    }

    /// Returns the server's time from the `Date` header of the response, if it was readable.
    #[must_use]
    pub fn server_time(&self) -> Option<SystemTime> {
        self.0.server_time
    }

    /// Returns the delay that the server requested in the `Retry-After` header, if it is in seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns which side caused the error.
    #[must_use]
    pub fn fault_kind(&self) -> FaultKind {
        match self.0.kind {
            ErrorKind::Network | ErrorKind::Timeout => FaultKind::Server,
            ErrorKind::Response if self.0.status.is_none_or(|status| status < 400) => FaultKind::Server,
            _ if self.0.status.is_some_and(|status| status >= 500) => FaultKind::Server,
            _ => FaultKind::Client,
        }
    }

    /// Returns whether the service throttled the request.
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

    /// Returns whether the same call may succeed if it is retried: after throttling, outages, lost connections and
    /// timeouts. Clock skew is not retryable, since a retry only helps after a correction.
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

    /// Returns whether the service returned the error `code`. A suffix `Exception` is ignored on either side.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        fn stem(code: &str) -> &str {
            code.strip_suffix("Exception").unwrap_or(code)
        }
        self.0.kind == ErrorKind::Service && stem(self.code()) == stem(code)
    }

    pub(crate) fn invalid_input(operation: &str, violations: Vec<Violation>) -> Self {
        let separator = if violations.len() == 1 { " " } else { "\n- " };
        let mut message = format!("{operation}:");
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

    /// Adds the response's status, and the request ID, date and `Retry-After` from its headers.
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

/// The request ID from the headers, for a response without one in its body.
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

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}

/// Whether messages and hints name the options of the npm package instead of those of the crate.
pub(crate) const IN_JAVASCRIPT: bool = cfg!(all(target_family = "wasm", target_os = "unknown", feature = "npm"));

#[cfg(test)]
mod tests {
    use super::*;

    fn service(status: u16, code: &str) -> Error {
        Error::new(ErrorKind::Service, code, "m").with_status(status)
    }

    #[test]
    fn transient_errors_are_retryable() {
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
    fn permanent_errors_are_not_retryable() {
        for (status, code) in [(403, "AccessDenied"), (400, "ValidationError"), (403, "ExpiredToken"), (501, "No")] {
            assert!(!service(status, code).is_retryable(), "{status} {code}");
        }
        for kind in [ErrorKind::Validation, ErrorKind::Configuration, ErrorKind::Credentials, ErrorKind::Aborted] {
            assert!(!Error::new(kind, "Throttling", "").is_retryable(), "{kind:?}");
        }
        assert!(!Error::new(ErrorKind::Response, "UnexpectedResponse", "").with_status(200).is_retryable());
    }

    #[test]
    fn the_fault_kind_is_server_from_status_500_on() {
        assert_eq!(service(403, "AccessDenied").fault_kind(), FaultKind::Client);
        assert_eq!(service(503, "ServiceUnavailable").fault_kind(), FaultKind::Server);
        assert_eq!(Error::new(ErrorKind::Network, "NetworkError", "").fault_kind(), FaultKind::Server);
        assert_eq!(Error::new(ErrorKind::Validation, "InvalidInput", "").fault_kind(), FaultKind::Client);
    }

    #[test]
    fn codes_match_with_and_without_exception_and_classes_are_those_of_the_sdk() {
        assert!(service(400, "ExpiredToken").is("ExpiredTokenException"));
        assert!(service(400, "ExpiredTokenException").is("ExpiredToken"));
        assert_eq!(service(400, "MalformedPolicyDocument").class(), "MalformedPolicyDocumentException");
        assert_eq!(service(403, "AccessDenied").class(), "AccessDenied");
    }
}
