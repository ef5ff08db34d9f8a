//! Adapters to the credentials and providers of the AWS SDK for Rust.
//!
//! This crate assumes a role and refreshes its credentials for a client of the SDK:
//!
//! ```no_run
//! use aws_credential_types::provider::SharedCredentialsProvider;
//! use sts_web::adapters::aws_credential_types::ToSdk;
//! use sts_web::model::AssumeRoleInput;
//! use sts_web::{Client, provider};
//!
//! # #[cfg(feature = "reqwest")]
//! # fn example() -> Result<(), sts_web::Error> {
//! let role = AssumeRoleInput {
//!     role_arn: "arn:aws:iam::123456789012:role/test-role".into(),
//!     role_session_name: "s3-access-example".into(),
//!     ..AssumeRoleInput::default()
//! };
//! let provider = provider::assume_role(Client::new("eu-central-1", provider::from_env())?, role);
//! let provider = SharedCredentialsProvider::new(ToSdk(provider));
//! // aws_config::defaults(…).credentials_provider(provider)
//! # Ok(())
//! # }
//! ```

use std::fmt;

use ::aws_credential_types as sdk;
use sdk::provider::error::CredentialsError;
use sdk::provider::future;

use crate::provider::{BoxFuture, ProvideCredentials};
use crate::{Credentials, Error, ErrorKind};

/// Makes a provider of this crate usable in the AWS SDK.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper")]
pub struct ToSdk<P>(pub P);

impl<P: ProvideCredentials> sdk::provider::ProvideCredentials for ToSdk<P> {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            match self.0.credentials().await {
                Ok(credentials) => Ok(credentials.into()),
                Err(error) => Err(CredentialsError::provider_error(error)),
            }
        })
    }
}

impl<P> fmt::Debug for ToSdk<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToSdk").finish_non_exhaustive()
    }
}

/// Makes a provider of the AWS SDK usable in this crate.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper")]
pub struct FromSdk<P>(pub P);

impl<P: sdk::provider::ProvideCredentials> ProvideCredentials for FromSdk<P> {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async {
            match self.0.provide_credentials().await {
                Ok(credentials) => Ok(credentials.into()),
                Err(error) => {
                    let message = "the AWS SDK's provider returned no credentials";
                    Err(Error::new(ErrorKind::Credentials, "CredentialsProviderError", message).with_source(error))
                }
            }
        })
    }
}

impl From<Credentials> for sdk::Credentials {
    fn from(credentials: Credentials) -> Self {
        Self::new(
            credentials.access_key_id(),
            credentials.secret_access_key(),
            credentials.session_token().map(str::to_owned),
            credentials.expiration(),
            "sts-web",
        )
    }
}

impl From<sdk::Credentials> for Credentials {
    fn from(sdk: sdk::Credentials) -> Self {
        let mut credentials = Self::new(sdk.access_key_id(), sdk.secret_access_key());
        if let Some(token) = sdk.session_token() {
            credentials = credentials.with_session_token(token);
        }
        match sdk.expiry() {
            Some(expiration) => credentials.with_expiration(expiration),
            None => credentials,
        }
    }
}
