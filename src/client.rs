//! The STS client: a method for each operation, over any [`Transport`].
//!
//! ```no_run
//! use sts_web::model::GetCallerIdentityInput;
//! use sts_web::{Client, Credentials};
//!
//! # #[cfg(feature = "reqwest")]
//! # async fn example() -> Result<(), sts_web::Error> {
//! let client = Client::new("eu-central-1", Credentials::new("AKIA…", "the secret"))?;
//! let identity = client.get_caller_identity(&GetCallerIdentityInput {}).await?;
//! println!("{}", identity.arn);
//! # Ok(())
//! # }
//! ```

mod builder;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub use crate::raw::call::{CallOutput, Config, Prepared};
pub use builder::{Builder, PlatformTransport};

use crate::Error;
use crate::endpoint::Endpoint;
use crate::model::{self, Operation, OperationInput, Typed, Value};
use crate::provider::ProvideCredentials;
use crate::raw::call::{Call, Context, Step};
use crate::transport::Transport;

/// A client for AWS STS.
///
/// Clones are cheap and share their state: signing keys, clock offset and retry budget.
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

#[cfg(any(
    all(not(target_family = "wasm"), feature = "reqwest"),
    all(target_family = "wasm", target_os = "unknown", feature = "fetch")
))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "reqwest", feature = "fetch"))))]
impl Client<crate::transport::DefaultTransport> {
    /// Creates a client for a region over the platform's transport: `reqwest` natively, `fetch` in wasm.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the region is malformed or TLS cannot be
    /// initialized.
    pub fn new(region: impl Into<String>, credentials: impl ProvideCredentials + 'static) -> Result<Self, Error> {
        Client::builder().region(region).credentials(credentials).build()
    }
}

impl Client<PlatformTransport> {
    /// Returns a builder with the default settings.
    pub fn builder() -> Builder<PlatformTransport> {
        Builder::default()
    }
}

impl<T: Transport> Client<T> {
    /// Creates a client with custom settings and a custom transport. Without credentials it can only call the
    /// operations that are sent unsigned.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the region is malformed or the endpoint options
    /// contradict each other.
    pub fn with(config: Config, credentials: Option<Box<dyn ProvideCredentials>>, transport: T) -> Result<Self, Error> {
        Ok(Self { shared: Arc::new(Shared { context: Context::new(config)?, credentials, transport }) })
    }

    /// Calls the operation that `input` belongs to.
    ///
    /// # Errors
    /// Any [`ErrorKind`](crate::ErrorKind). Transient errors are retried first.
    pub async fn call<I: OperationInput>(&self, input: &I) -> Result<I::Output, Error> {
        I::Output::from_value(self.call_operation(I::OPERATION, input.to_value()).await?.response.output)
    }

    /// Calls any operation, with input and output as untyped values.
    ///
    /// # Errors
    /// The errors of [`Client::call`].
    pub async fn call_operation(&self, operation: &'static Operation, input: Value) -> Result<CallOutput, Error> {
        let Shared { context, transport, .. } = &*self.shared;
        let mut call = self.begin(operation, &input).await?;
        drop(input);
        loop {
            let request = call.next_request(context, context.server_time(transport.now()))?.request;
            let result = transport.send(request, context.config().request_timeout).await;
            let result = result.as_ref().map_err(Clone::clone);
            match call.handle_response(context, result, transport.now(), transport.random())? {
                Step::Done(output) => return Ok(output),
                Step::Retry(Duration::ZERO) => {}
                Step::Retry(delay) => transport.sleep(delay).await,
            }
        }
    }

    /// Returns the request of a call as it would be sent at `time`, without sending it. `time` defaults to the current
    /// time by the server's clock.
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

    /// Returns the clock skew in milliseconds: the server's time minus this machine's.
    #[must_use]
    pub fn clock_offset(&self) -> i64 {
        self.shared.context.clock_offset()
    }

    /// Sets the clock skew in milliseconds: the server's time minus this machine's.
    pub fn set_clock_offset(&self, milliseconds: i64) {
        self.shared.context.set_clock_offset(milliseconds);
    }

    /// Returns the transport.
    #[must_use]
    pub fn transport(&self) -> &T {
        &self.shared.transport
    }

    /// Returns the endpoint that requests are sent to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.shared.context.endpoint()
    }

    /// Wipes the cached signing keys.
    pub fn forget_signing_keys(&self) {
        self.shared.context.forget_signing_keys();
    }

    async fn begin(&self, operation: &'static Operation, input: &Value) -> Result<Call, Error> {
        let credentials = match &self.shared.credentials {
            Some(provider) if operation.signed => Some(provider.credentials().await?),
            _ => None,
        };
        self.shared.context.begin(operation, input, credentials)
    }

    /// Returns the current time by the server's clock, according to the known clock skew.
    pub(crate) fn time(&self) -> SystemTime {
        self.shared.context.server_time(self.shared.transport.now())
    }
}

macro_rules! methods {
    ($($name:ident $operation:ident $input:ident $output:ident,)+) => {
        /// The operations of STS.
        impl<T: Transport> Client<T> {
            $(
                #[doc = concat!("Calls `", stringify!($operation), "`: see [`", stringify!($input), "`](model::", stringify!($input), ").")]
                ///
                /// # Errors
                /// The errors of [`Client::call`].
                pub async fn $name(&self, input: &model::$input) -> Result<model::$output, Error> {
                    self.call(input).await
                }
            )+
        }
    };
}
model::for_each_operation!(methods);
