//! One call as a sans-IO state machine: it returns the request to send and handles the response. Time and random
//! numbers are parameters.
//!
//! [`Client`](crate::Client) drives it with a [`Transport`](crate::transport::Transport), and the npm package with the
//! platform's `fetch`. A program with its own I/O drives it like this:
//!
//! ```
//! use std::time::SystemTime;
//!
//! use sts_web::Credentials;
//! use sts_web::raw::call::{Config, Context, Step};
//! use sts_web::model::{GetCallerIdentityInput, GetCallerIdentityOutput, OperationInput, Typed};
//! # use sts_web::Error;
//! # use sts_web::http::{Request, Response};
//! # fn send(_: &Request) -> Result<Response, Error> {
//! #     let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>a</Arn><UserId>u</UserId>\
//! #         <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
//! #     Ok(Response { status: 200, headers: Vec::new(), body: body.into() })
//! # }
//!
//! let context = Context::new(Config::new("eu-central-1"))?;
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret");
//! let input = GetCallerIdentityInput {}.to_value();
//! let mut call = context.begin(GetCallerIdentityInput::OPERATION, &input, Some(credentials))?;
//! let output = loop {
//!     let prepared = call.next_request(&context, context.server_time(SystemTime::now()))?;
//!     let result = send(&prepared.request);
//!     let random = 0.5; // from 0 to 1
//!     match call.handle_response(&context, result.as_ref().map_err(Clone::clone), SystemTime::now(), random)? {
//!         Step::Done(output) => break output,
//!         Step::Retry(delay) => std::thread::sleep(delay),
//!     }
//! };
//! let identity = GetCallerIdentityOutput::from_value(output.response.output)?;
//! assert_eq!(identity.account, "123456789012");
//! # Ok::<(), Error>(())
//! ```

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use crate::endpoint::{self, Endpoint};
use crate::http::{Request, Response};
use crate::model::{Operation, Value};
use crate::raw::query;
use crate::raw::response::{self, ParsedResponse};
use crate::raw::retry::{Attempts, Budget, shifted};
use crate::raw::validate::validate;
use crate::sign::{Scope, Settings, Signed, Signer};
use crate::{Credentials, Error, ErrorKind};

/// A client's settings.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Region and endpoint.
    pub endpoint: endpoint::Options,
    /// Maximum number of attempts of a call, including the first. 3 by default.
    pub max_attempts: u32,
    /// Timeout of one attempt. 10 seconds by default.
    pub request_timeout: Duration,
    /// Clock skew in milliseconds: the server's time minus this machine's. The client corrects it when the server
    /// rejects a request because of it.
    pub clock_offset: i64,
    /// Whether inputs are validated before they are sent. On by default. Turn it off to use a limit that AWS has
    /// raised since this version.
    pub validate: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            endpoint: endpoint::Options::default(),
            max_attempts: 3,
            request_timeout: Duration::from_secs(10),
            clock_offset: 0,
            validate: true,
        }
    }
}

impl Config {
    /// Returns the default settings for a region, e.g. `eu-central-1`.
    #[must_use]
    pub fn new(region: impl Into<String>) -> Self {
        Self { endpoint: endpoint::Options::new(region), ..Self::default() }
    }
}

/// State shared by the calls of one client: settings, endpoint, signing keys, clock offset and retry budget.
pub struct Context {
    config: Config,
    endpoint: Endpoint,
    signer: Signer,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    clock_offset: i64,
    budget: Budget,
}

/// The parsed response of a successful call, and the attempts that it took.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CallOutput {
    /// The operation's output and the request ID.
    pub response: ParsedResponse,
    /// Number of attempts made.
    pub attempts: u32,
    /// Total delay between the attempts.
    pub total_retry_delay: Duration,
}

/// A request that is ready to send, with the details of its signature.
#[derive(Debug)]
#[non_exhaustive]
pub struct Prepared {
    /// The request.
    pub request: Request,
    /// Canonical request, string to sign and signature. `None` if the operation is sent unsigned.
    pub signed: Option<Signed>,
}

impl Context {
    /// Creates a context and resolves the endpoint.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the region is malformed or the endpoint options contradict each other.
    pub fn new(config: Config) -> Result<Self, Error> {
        let endpoint = Endpoint::resolve(&config.endpoint)?;
        let state = Mutex::new(State { clock_offset: config.clock_offset, budget: Budget::default() });
        Ok(Self { config, endpoint, signer: Signer::new(), state })
    }

    /// Begins a call: validates the input and encodes the request body.
    ///
    /// # Errors
    /// [`ErrorKind::Validation`] with every violation, or [`ErrorKind::Credentials`] if the operation is signed and
    /// `credentials` is `None`.
    pub fn begin(
        &self,
        operation: &'static Operation,
        input: &Value,
        credentials: Option<Credentials>,
    ) -> Result<Call, Error> {
        if self.config.validate {
            validate(operation, input)?;
        }
        if operation.signed && credentials.is_none() {
            let message = "there are no credentials to sign with";
            return Err(Error::new(ErrorKind::Credentials, "CredentialsProviderError", message));
        }
        let body = Zeroizing::new(query::form(operation, input));
        let credentials = credentials.filter(|_| operation.signed);
        let attempts = Attempts::new(self.config.max_attempts);
        Ok(Call { operation, body, credentials, attempts, signed_at: UNIX_EPOCH })
    }

    /// Returns the settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the endpoint that requests are sent to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Returns the clock skew in milliseconds: the server's time minus this machine's.
    #[must_use]
    pub fn clock_offset(&self) -> i64 {
        self.state().clock_offset
    }

    /// Sets the clock skew in milliseconds: the server's time minus this machine's.
    pub fn set_clock_offset(&self, milliseconds: i64) {
        self.state().clock_offset = milliseconds;
    }

    /// Returns the server's time when this machine's clock shows `now`, according to the known clock skew.
    #[must_use]
    pub fn server_time(&self, now: SystemTime) -> SystemTime {
        shifted(now, self.clock_offset())
    }

    /// Wipes the cached signing keys.
    pub fn forget_signing_keys(&self) {
        self.signer.forget();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic cannot leave the state inconsistent: each field is valid by itself.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// A call in progress.
pub struct Call {
    operation: &'static Operation,
    body: Zeroizing<String>,
    credentials: Option<Credentials>,
    attempts: Attempts,
    signed_at: SystemTime,
}

/// What to do after a response.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a loop has to handle every step")]
pub enum Step {
    /// The call succeeded.
    Done(CallOutput),
    /// Wait for this delay, then send [`Call::next_request`].
    Retry(Duration),
}

impl Call {
    /// Returns the request as it would be sent at `time`, by the server's clock, without counting an attempt.
    ///
    /// # Errors
    /// The errors of [`Signer::sign`].
    pub fn prepare(&self, context: &Context, time: SystemTime) -> Result<Prepared, Error> {
        let mut request = Request {
            method: "POST".to_owned(),
            url: context.endpoint.url().to_owned(),
            headers: vec![("content-type".to_owned(), query::CONTENT_TYPE.to_owned())],
            body: self.body.as_bytes().to_vec(),
        };
        let scope = Scope { region: context.endpoint.signing_region(), service: "sts" };
        let sign = |credentials| context.signer.sign(&mut request, credentials, scope, &Settings::default(), time);
        let signed = self.credentials.as_ref().map(sign).transpose()?;
        Ok(Prepared { request, signed })
    }

    /// Returns the request to send at `time`, by the server's clock, and counts an attempt.
    ///
    /// # Errors
    /// The errors of [`Signer::sign`].
    pub fn next_request(&mut self, context: &Context, time: SystemTime) -> Result<Prepared, Error> {
        self.attempts.begin();
        self.signed_at = time;
        self.prepare(context, time)
    }

    /// Handles the response to the request sent, or the error of sending it.
    ///
    /// `now` is this machine's time. `random`, from 0 to 1, jitters the delay before a retry.
    ///
    /// # Errors
    /// The error of the call, if it is not retried.
    pub fn handle_response(
        &mut self,
        context: &Context,
        result: Result<&Response, Error>,
        now: SystemTime,
        random: f64,
    ) -> Result<Step, Error> {
        let parsed = result.and_then(|response| response::parse(self.operation, response));
        let (attempts, mut state) = (&mut self.attempts, context.state());
        let error = match parsed {
            Ok(response) => {
                attempts.succeeded(&mut state.budget);
                let (attempts, total_retry_delay) = (attempts.count(), attempts.total_delay());
                return Ok(Step::Done(CallOutput { response, attempts, total_retry_delay }));
            }
            Err(error) => error,
        };
        if self.operation.signed
            && let Some(offset) = attempts.corrected_clock_offset(&error, now, self.signed_at)
        {
            state.clock_offset = offset;
            if attempts.has_next() {
                return Ok(Step::Retry(Duration::ZERO));
            }
        }
        match attempts.next_delay(&error, &mut state.budget, random) {
            Some(delay) => Ok(Step::Retry(delay)),
            None => Err(error.with_attempts(attempts.count(), attempts.total_delay())),
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &self.operation.name).finish_non_exhaustive()
    }
}
