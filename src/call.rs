//! One call without I/O: what to send next, and what to make of what came. Time and chance are parameters.
//!
//! [`Client`](crate::Client) drives it with a transport; the JavaScript package drives it with the platform's `fetch`.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use crate::endpoint::{self, Endpoint};
use crate::http::{Request, Response};
use crate::model::{Operation, Value};
use crate::response::{self, ParsedResponse};
use crate::retry::{Attempts, Budget, shifted};
use crate::sign::{Scope, Settings, Signed, Signer};
use crate::validate::validate;
use crate::{Credentials, Error, ErrorKind, query};

/// A client's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Region and endpoint.
    pub endpoint: endpoint::Options,
    /// How often a call is sent at most, the first time included. 3 by default.
    pub max_attempts: u32,
    /// How long one attempt may take. 10 seconds by default.
    pub request_timeout: Duration,
    /// What is added to this machine's clock to get the server's, in milliseconds. Corrected by the client when the
    /// server tells that it is wrong.
    pub clock_offset: i64,
    /// Whether inputs are checked before they are sent. On by default; off for the day AWS widens a limit.
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
    /// The settings for a region, as `eu-central-1`.
    #[must_use]
    pub fn new(region: impl Into<String>) -> Self {
        Self { endpoint: endpoint::Options::new(region), ..Self::default() }
    }
}

/// What the calls of one client share: settings, endpoint, signing keys, the clock's offset, the retry budget.
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

/// What a call gave, for callers that do not know the operation beforehand.
#[derive(Debug, Clone)]
pub struct CallOutput {
    /// The members of the output.
    pub output: Value,
    /// The id under which AWS knows the request.
    pub request_id: Option<String>,
    /// How often the request was sent.
    pub attempts: u32,
    /// How long was waited between attempts.
    pub total_retry_delay: Duration,
}

/// A request that is ready to be sent, with the steps that led to its signature.
#[derive(Debug)]
pub struct Prepared {
    /// The request.
    pub request: Request,
    /// Canonical request, string to sign and signature; `None` for an operation that is sent unsigned.
    pub signed: Option<Signed>,
}

impl Context {
    /// Resolves the endpoint and holds nothing else yet.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] where region and endpoint options do not fit together.
    pub fn new(config: Config) -> Result<Self, Error> {
        let endpoint = Endpoint::resolve(&config.endpoint)?;
        let state = Mutex::new(State { clock_offset: config.clock_offset, budget: Budget::default() });
        Ok(Self { config, endpoint, signer: Signer::new(), state })
    }

    /// Begins a call: checks the input, and encodes it.
    ///
    /// # Errors
    /// [`ErrorKind::Validation`] with all violations, and [`ErrorKind::Credentials`] where a signed operation has none.
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

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The endpoint that calls go to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What is added to this machine's clock to get the server's, in milliseconds.
    #[must_use]
    pub fn clock_offset(&self) -> i64 {
        self.state().clock_offset
    }

    /// Sets what is added to this machine's clock, in milliseconds.
    pub fn set_clock_offset(&self, milliseconds: i64) {
        self.state().clock_offset = milliseconds;
    }

    /// The server's time, as far as it is known, when this machine's is `now`.
    #[must_use]
    pub fn server_time(&self, now: SystemTime) -> SystemTime {
        shifted(now, self.clock_offset())
    }

    /// Wipes the signing keys that were derived so far.
    pub fn forget_signing_keys(&self) {
        self.signer.forget();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves two numbers behind, and both are valid at any moment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// A call that has begun.
pub struct Call {
    operation: &'static Operation,
    body: Zeroizing<String>,
    credentials: Option<Credentials>,
    attempts: Attempts,
    signed_at: SystemTime,
}

/// How a call goes on.
#[derive(Debug)]
pub enum Step {
    /// It has ended well.
    Done(CallOutput),
    /// It is to be sent again, signed anew, after this wait.
    Retry(Duration),
}

impl Call {
    /// The request as it would be sent at `time`, by the server's clock.
    ///
    /// # Errors
    /// As [`Signer::sign`].
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

    /// The request to send at `time`, by the server's clock. Counts as an attempt.
    ///
    /// # Errors
    /// As [`Call::prepare`].
    pub fn next(&mut self, context: &Context, time: SystemTime) -> Result<Prepared, Error> {
        self.attempts.begin();
        self.signed_at = time;
        self.prepare(context, time)
    }

    /// What to make of the response, or of what came instead. `random` is from 0 to 1 and spreads the waits.
    ///
    /// # Errors
    /// The call's error, where it is not tried again.
    pub fn step(
        &mut self,
        context: &Context,
        received: Result<&Response, Error>,
        now: SystemTime,
        random: f64,
    ) -> Result<Step, Error> {
        let answer = received.and_then(|response| response::read(self.operation, response));
        let (attempts, mut state) = (&mut self.attempts, context.state());
        let error = match answer {
            Ok(ParsedResponse { output, request_id }) => {
                attempts.succeeded(&mut state.budget);
                let (attempts, total_retry_delay) = (attempts.made(), attempts.waited());
                return Ok(Step::Done(CallOutput { output, request_id, attempts, total_retry_delay }));
            }
            Err(error) => error,
        };
        if self.operation.signed
            && let Some(corrected) = attempts.corrected_clock(&error, now, self.signed_at)
        {
            state.clock_offset = corrected;
            if attempts.may_continue() {
                return Ok(Step::Retry(Duration::ZERO));
            }
        }
        match attempts.after(&error, &mut state.budget, random) {
            Some(delay) => Ok(Step::Retry(delay)),
            None => Err(error.with_attempts(attempts.made(), attempts.waited())),
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &self.operation.name).finish_non_exhaustive()
    }
}
