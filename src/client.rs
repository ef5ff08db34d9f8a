//! The way of one call: validate, query, sign, transport, response, output; tried again where it should be.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use crate::credentials::Credentials;
use crate::endpoint::{self, Endpoint};
use crate::http::Request;
use crate::model::{self, Call, Operation, Typed, Value};
use crate::provider::ProvideCredentials;
use crate::response::{self, Answer};
use crate::retry::{Attempts, Budget, shifted};
use crate::sign::{Scope, Settings, Signed, Signer};
use crate::transport::Transport;
use crate::validate::validate;
use crate::{Error, ErrorKind, query};

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

/// Calls STS.
///
/// Clones share their state: signing keys, clock offset, retry budget.
pub struct Client<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Clone for Client<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<T> fmt::Debug for Client<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("endpoint", &self.shared.endpoint).finish_non_exhaustive()
    }
}

struct Shared<T> {
    config: Config,
    endpoint: Endpoint,
    credentials: Option<Box<dyn ProvideCredentials>>,
    transport: T,
    signer: Signer,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    clock_offset: i64,
    budget: Budget,
}

/// What a call gave, for callers that do not know the operation beforehand.
#[derive(Debug, Clone)]
pub struct Reply {
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

#[cfg(feature = "reqwest")]
impl Client<crate::transport::Reqwest> {
    /// A client over `reqwest`, for a region and credentials.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] where the region is malformed, or TLS cannot be set up.
    pub fn new(region: &str, credentials: impl ProvideCredentials + 'static) -> Result<Self, Error> {
        let transport = crate::transport::Reqwest::new()?;
        Self::with(Config::new(region), Some(Box::new(credentials)), transport)
    }
}

impl<T: Transport> Client<T> {
    /// A client with all its parts given. Without credentials it can make the calls that are not signed.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] where region and endpoint options do not fit together.
    pub fn with(config: Config, credentials: Option<Box<dyn ProvideCredentials>>, transport: T) -> Result<Self, Error> {
        let endpoint = Endpoint::resolve(&config.endpoint)?;
        let state = Mutex::new(State { clock_offset: config.clock_offset, budget: Budget::default() });
        let signer = Signer::new();
        Ok(Self { shared: Arc::new(Shared { config, endpoint, credentials, transport, signer, state }) })
    }

    /// Makes a call with a typed input.
    ///
    /// # Errors
    /// Every [`ErrorKind`]. What may pass by itself was tried again by then.
    pub async fn call<I: Call>(&self, input: &I) -> Result<I::Output, Error> {
        I::Output::from_value(self.call_operation(I::OPERATION, input.to_value()).await?.output)
    }

    /// Makes a call of any operation, its input and output as data.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn call_operation(&self, operation: &'static Operation, input: Value) -> Result<Reply, Error> {
        let body = self.body(operation, &input)?;
        drop(input);
        let credentials = self.credentials_for(operation).await?;
        self.send(operation, &body, credentials.as_ref()).await
    }

    /// The request of a call as it would be sent at `time`. Nothing is sent. Without a `time`: now, by the
    /// corrected clock.
    ///
    /// # Errors
    /// [`ErrorKind::Validation`] and [`ErrorKind::Credentials`].
    pub async fn prepare(
        &self,
        operation: &'static Operation,
        input: &Value,
        time: Option<SystemTime>,
    ) -> Result<Prepared, Error> {
        let credentials = self.credentials_for(operation).await?;
        self.prepare_with(operation, input, credentials.as_ref(), time)
    }

    /// As [`Client::prepare`], with credentials at hand.
    pub(crate) fn prepare_with(
        &self,
        operation: &'static Operation,
        input: &Value,
        credentials: Option<&Credentials>,
        time: Option<SystemTime>,
    ) -> Result<Prepared, Error> {
        let body = self.body(operation, input)?;
        self.request(&body, credentials, time.unwrap_or_else(|| self.time()))
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

    /// The transport that the client was made with.
    #[must_use]
    pub fn transport(&self) -> &T {
        &self.shared.transport
    }

    /// The endpoint that calls go to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.shared.endpoint
    }

    /// Wipes the signing keys that were derived so far.
    pub fn forget_signing_keys(&self) {
        self.shared.signer.forget();
    }

    pub(crate) fn body(&self, operation: &Operation, input: &Value) -> Result<Zeroizing<String>, Error> {
        if self.shared.config.validate {
            validate(operation, input)?;
        }
        Ok(Zeroizing::new(query::form(operation, input)))
    }

    async fn credentials_for(&self, operation: &Operation) -> Result<Option<Credentials>, Error> {
        match &self.shared.credentials {
            _ if !operation.signed => Ok(None),
            Some(source) => source.credentials().await.map(Some),
            None => Err(no_credentials()),
        }
    }

    /// Sends a form body until there is an answer or an error that stays.
    pub(crate) async fn send(
        &self,
        operation: &'static Operation,
        body: &str,
        credentials: Option<&Credentials>,
    ) -> Result<Reply, Error> {
        let mut attempts = Attempts::new(self.shared.config.max_attempts);
        loop {
            attempts.begin();
            let error = match self.attempt(operation, body, credentials).await {
                Ok(answer) => {
                    attempts.succeeded(&mut self.state().budget);
                    let Answer { output, request_id } = answer;
                    let (attempts, total_retry_delay) = (attempts.made(), attempts.waited());
                    return Ok(Reply { output, request_id, attempts, total_retry_delay });
                }
                Err(error) => error,
            };
            if operation.signed && self.correct_clock(&mut attempts, &error) && attempts.may_continue() {
                continue;
            }
            let random = self.shared.transport.random();
            let delay = attempts.after(&error, &mut self.state().budget, random);
            match delay {
                Some(delay) => self.shared.transport.sleep(delay).await,
                None => return Err(error.with_attempts(attempts.made(), attempts.waited())),
            }
        }
    }

    async fn attempt(
        &self,
        operation: &'static Operation,
        body: &str,
        credentials: Option<&Credentials>,
    ) -> Result<Answer, Error> {
        let prepared = self.request(body, credentials, self.time())?;
        let response = self.shared.transport.send(prepared.request, self.shared.config.request_timeout).await?;
        let mut answer = response::read(operation, &response)?;
        if answer.request_id.is_none() {
            answer.request_id = crate::error::request_id_header(&response);
        }
        Ok(answer)
    }

    fn request(&self, body: &str, credentials: Option<&Credentials>, time: SystemTime) -> Result<Prepared, Error> {
        let mut request = Request {
            method: "POST".to_owned(),
            url: self.shared.endpoint.url().to_owned(),
            headers: vec![("content-type".to_owned(), query::CONTENT_TYPE.to_owned())],
            body: body.as_bytes().to_vec(),
        };
        let scope = Scope { region: self.shared.endpoint.signing_region(), service: "sts" };
        let sign = |credentials| self.shared.signer.sign(&mut request, credentials, scope, &Settings::default(), time);
        let signed = credentials.map(sign).transpose()?;
        Ok(Prepared { request, signed })
    }

    /// The server's time, as far as it is known.
    pub(crate) fn time(&self) -> SystemTime {
        shifted(self.shared.transport.now(), self.state().clock_offset)
    }

    fn correct_clock(&self, attempts: &mut Attempts, error: &Error) -> bool {
        let now = self.shared.transport.now();
        let mut state = self.state();
        let corrected = attempts.corrected_clock(error, now, state.clock_offset);
        state.clock_offset = corrected.unwrap_or(state.clock_offset);
        corrected.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves two numbers behind, and both are valid at any moment.
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error for a signed operation without credentials.
pub(crate) fn no_credentials() -> Error {
    Error::new(ErrorKind::Credentials, "CredentialsProviderError", "there are no credentials to sign with")
}

macro_rules! methods {
    ($($name:ident $operation:ident $input:ident $output:ident,)+) => {
        /// The operations of STS.
        impl<T: Transport> Client<T> {
            $(
                #[doc = concat!("Calls `", stringify!($operation), "`; [`", stringify!($input), "`](model::", stringify!($input), ") tells what it is for.")]
                ///
                /// # Errors
                /// As [`Client::call`].
                pub async fn $name(&self, input: &model::$input) -> Result<model::$output, Error> {
                    self.call(input).await
                }
            )+
        }
    };
}
model::for_each_operation!(methods);
