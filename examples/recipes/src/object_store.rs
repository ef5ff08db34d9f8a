//! For `object_store`, which `DataFusion`, delta-rs and others use:
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use object_store::aws::AmazonS3Builder;
//! use recipes::object_store::StsCredentials;
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
//! let store = AmazonS3Builder::new()
//!     .with_region("eu-central-1")
//!     .with_bucket_name("my-bucket")
//!     .with_credentials(Arc::new(StsCredentials(provider)))
//!     .build()?;
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::sync::Arc;

use ::object_store::CredentialProvider;
use ::object_store::aws::AwsCredential;
use async_trait::async_trait;
use sts_web::provider::ProvideCredentials;

/// Makes a provider of `sts-web` usable in `object_store`.
pub struct StsCredentials<P>(pub P);

#[async_trait]
impl<P: ProvideCredentials> CredentialProvider for StsCredentials<P> {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> ::object_store::Result<Arc<AwsCredential>> {
        match self.0.credentials().await {
            Ok(credentials) => Ok(Arc::new(AwsCredential {
                key_id: credentials.access_key_id().to_owned(),
                secret_key: credentials.secret_access_key().to_owned(),
                token: credentials.session_token().map(str::to_owned),
            })),
            Err(error) => Err(::object_store::Error::Generic { store: "S3", source: Box::new(error) }),
        }
    }
}

impl<P> fmt::Debug for StsCredentials<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StsCredentials").finish_non_exhaustive()
    }
}
