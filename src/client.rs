//! The way of one call over a transport: validate, query, sign, send, read; tried again where it should be.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub use crate::call::{CallOutput, Config, Prepared};

use crate::Error;
use crate::call::{Call, Context, Step};
use crate::endpoint::Endpoint;
use crate::model::{self, Operation, OperationInput, Typed, Value};
use crate::provider::ProvideCredentials;
use crate::transport::Transport;

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
        f.debug_struct("Client").field("context", &self.shared.context).finish_non_exhaustive()
    }
}

struct Shared<T> {
    context: Context,
    credentials: Option<Box<dyn ProvideCredentials>>,
    transport: T,
}

#[cfg(feature = "reqwest")]
impl Client<crate::transport::Reqwest> {
    /// A client over `reqwest`, for a region and credentials.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) where the region is malformed, or TLS cannot be
    /// set up.
    pub fn new(region: &str, credentials: impl ProvideCredentials + 'static) -> Result<Self, Error> {
        let transport = crate::transport::Reqwest::new()?;
        Self::with(Config::new(region), Some(Box::new(credentials)), transport)
    }
}

impl<T: Transport> Client<T> {
    /// A client with all its parts given. Without credentials it can make the calls that are not signed.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) where region and endpoint options do not fit
    /// together.
    pub fn with(config: Config, credentials: Option<Box<dyn ProvideCredentials>>, transport: T) -> Result<Self, Error> {
        Ok(Self { shared: Arc::new(Shared { context: Context::new(config)?, credentials, transport }) })
    }

    /// Makes a call with a typed input.
    ///
    /// # Errors
    /// Every [`ErrorKind`](crate::ErrorKind). What may pass by itself was tried again by then.
    pub async fn call<I: OperationInput>(&self, input: &I) -> Result<I::Output, Error> {
        I::Output::from_value(self.call_operation(I::OPERATION, input.to_value()).await?.output)
    }

    /// Makes a call of any operation, its input and output as data.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn call_operation(&self, operation: &'static Operation, input: Value) -> Result<CallOutput, Error> {
        let Shared { context, transport, .. } = &*self.shared;
        let mut call = self.begin(operation, &input).await?;
        drop(input);
        loop {
            let request = call.next(context, context.server_time(transport.now()))?.request;
            let received = transport.send(request, context.config().request_timeout).await;
            let received = received.as_ref().map_err(Clone::clone);
            match call.step(context, received, transport.now(), transport.random())? {
                Step::Done(reply) => return Ok(reply),
                Step::Retry(Duration::ZERO) => {}
                Step::Retry(delay) => transport.sleep(delay).await,
            }
        }
    }

    /// The request of a call as it would be sent at `time`. Nothing is sent. Without a `time`: now, by the
    /// corrected clock.
    ///
    /// # Errors
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) and
    /// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials).
    pub async fn prepare(
        &self,
        operation: &'static Operation,
        input: &Value,
        time: Option<SystemTime>,
    ) -> Result<Prepared, Error> {
        let call = self.begin(operation, input).await?;
        call.prepare(&self.shared.context, time.unwrap_or_else(|| self.time()))
    }

    /// What is added to this machine's clock to get the server's, in milliseconds.
    #[must_use]
    pub fn clock_offset(&self) -> i64 {
        self.shared.context.clock_offset()
    }

    /// Sets what is added to this machine's clock, in milliseconds.
    pub fn set_clock_offset(&self, milliseconds: i64) {
        self.shared.context.set_clock_offset(milliseconds);
    }

    /// The transport that the client was made with.
    #[must_use]
    pub fn transport(&self) -> &T {
        &self.shared.transport
    }

    /// The endpoint that calls go to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.shared.context.endpoint()
    }

    /// Wipes the signing keys that were derived so far.
    pub fn forget_signing_keys(&self) {
        self.shared.context.forget_signing_keys();
    }

    async fn begin(&self, operation: &'static Operation, input: &Value) -> Result<Call, Error> {
        let credentials = match &self.shared.credentials {
            Some(source) if operation.signed => Some(source.credentials().await?),
            _ => None,
        };
        self.shared.context.begin(operation, input, credentials)
    }

    /// The server's time, as far as it is known.
    pub(crate) fn time(&self) -> SystemTime {
        self.shared.context.server_time(self.shared.transport.now())
    }
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
