//! For `reqsign`, which `opendal` uses:
//!
//! ```no_run
//! use opendal::Operator;
//! use opendal::services::S3;
//! use recipes::reqsign::StsCredentials;
//! use reqsign_core::ProvideCredentialChain;
//! use sts_web::model::AssumeRoleInput;
//! use sts_web::{Client, provider};
//!
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let role = AssumeRoleInput {
//!     role_arn: "arn:aws:iam::123456789012:role/test-role".into(),
//!     role_session_name: "s3-access-example".into(),
//!     ..AssumeRoleInput::default()
//! };
//! let provider = provider::assume_role(Client::new("eu-central-1", provider::from_env())?, role);
//! let chain = ProvideCredentialChain::new().push(StsCredentials(provider));
//! let s3 = S3::default().region("eu-central-1").bucket("my-bucket").credential_provider_chain(chain);
//! let operator = Operator::new(s3)?;
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::time::UNIX_EPOCH;

use reqsign_aws_v4::Credential;
use reqsign_core::time::Timestamp;
use reqsign_core::{Context, Error, ProvideCredential};
use sts_web::Credentials;
use sts_web::provider::ProvideCredentials;

/// Makes a provider of `sts-web` usable in `reqsign`.
pub struct StsCredentials<P>(pub P);

impl<P: ProvideCredentials + Unpin + 'static> ProvideCredential for StsCredentials<P> {
    type Credential = Credential;

    async fn provide_credential(&self, _context: &Context) -> reqsign_core::Result<Option<Credential>> {
        match self.0.credentials().await {
            Ok(credentials) => converted(&credentials).map(Some),
            Err(error) => Err(Error::unexpected("sts-web returned no credentials").with_source(error)),
        }
    }
}

fn converted(credentials: &Credentials) -> reqsign_core::Result<Credential> {
    let since_epoch = credentials.expiration().and_then(|expiration| expiration.duration_since(UNIX_EPOCH).ok());
    let seconds = since_epoch.map(|duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX));
    Ok(Credential {
        access_key_id: credentials.access_key_id().to_owned(),
        secret_access_key: credentials.secret_access_key().to_owned(),
        session_token: credentials.session_token().map(str::to_owned),
        expires_in: seconds.map(Timestamp::from_second).transpose()?,
    })
}

impl<P> fmt::Debug for StsCredentials<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StsCredentials").finish_non_exhaustive()
    }
}
