//! The one error type of this crate: what a program can act on and what a person reads.

use std::fmt;

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
    /// An answer came, and it is not one that STS gives.
    Response,
    /// STS answered with an error.
    Service,
}

/// Why a call failed.
///
/// `Display` gives the code and the message; [`Error::hint`] what to do next. No error holds a secret.
#[derive(Clone)]
pub struct Error(Box<Details>);

#[derive(Clone)]
struct Details {
    kind: ErrorKind,
    code: String,
    message: String,
    request_id: Option<String>,
    status: Option<u16>,
}

impl Error {
    /// An error of this crate's own. `code` is its short name, in the style of a service's code.
    #[must_use]
    pub fn new(kind: ErrorKind, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Box::new(Details { kind, code: code.into(), message: message.into(), request_id: None, status: None }))
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

    /// What happened, in words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.message)
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
            .finish()
    }
}

impl std::error::Error for Error {}
