//! How to use this crate, step by step.
//!
//! - [Getting started natively](#getting-started-natively)
//! - [Getting started in wasm](#getting-started-in-wasm)
//! - [Refreshing role credentials](#refreshing-role-credentials)
//! - [Signing for other services](#signing-for-other-services)
//! - [Custom transports](#custom-transports)
//! - [Testing your code](#testing-your-code)
//!
//! The programs in `examples/` of the repository are complete: `whoami`, `provider_chain`, `presign`, `eks_token`,
//! `custom_transport`, `custom_retries` and `axum`; in `examples/wasm`, a page, a Cloudflare Worker and a WASI program; and in
//! `examples/recipes`, credentials for `object_store` and `opendal`.
//!
//! # Getting started natively
//!
//! ```toml
//! [dependencies]
//! sts-web = "0.1"
//! tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
//! ```
//!
//! ```no_run
//! # #[cfg(feature = "reqwest")]
//! # mod example {
//! use sts_web::model::GetCallerIdentityInput;
//! use sts_web::{Client, provider};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), sts_web::Error> {
//!     let client = Client::new("eu-central-1", provider::from_env())?;
//!     let identity = client.get_caller_identity(&GetCallerIdentityInput {}).await?;
//!     println!("{}", identity.arn);
//!     Ok(())
//! }
//! # }
//! # fn main() {}
//! ```
//!
//! # Getting started in wasm
//!
//! The crate sends requests with the platform's `fetch`, in a page, a web worker, Node or a Cloudflare Worker. Turn the
//! default features off, so that your native tests do not compile `reqwest`:
//!
//! ```toml
//! [dependencies]
//! sts-web = { version = "0.1", default-features = false, features = ["fetch"] }
//! wasm-bindgen = "0.2"
//! wasm-bindgen-futures = "0.4"
//! ```
//!
//! ```ignore
//! use sts_web::model::GetCallerIdentityInput;
//! use sts_web::{Client, Credentials};
//! use wasm_bindgen::prelude::*;
//!
//! #[wasm_bindgen]
//! pub async fn whoami(access_key_id: String, secret_access_key: String) -> Result<String, JsError> {
//!     let client = Client::new("eu-central-1", Credentials::new(access_key_id, secret_access_key))?;
//!     Ok(client.get_caller_identity(&GetCallerIdentityInput {}).await?.arn)
//! }
//! ```
//!
//! # Refreshing role credentials
//!
//! A provider assumes the role when it is first used, caches the credentials, and refreshes them before they expire. Pass
//! it to another client to call STS with the role, for example to assume the next one (role chaining).
//!
//! ```no_run
//! # #[cfg(feature = "reqwest")] {
//! use sts_web::model::AssumeRoleInput;
//! use sts_web::{Client, provider};
//!
//! let role = provider::assume_role(
//!     Client::new("eu-central-1", provider::from_env())?,
//!     AssumeRoleInput {
//!         role_arn: "arn:aws:iam::123456789012:role/test-role".into(),
//!         role_session_name: "s3-access-example".into(),
//!         ..AssumeRoleInput::default()
//!     },
//! );
//! let as_role = Client::new("eu-central-1", role)?;
//! # }
//! # Ok::<(), sts_web::Error>(())
//! ```
//!
//! # Signing for other services
//!
//! [`Signer`](crate::sign::Signer) signs a request for any service. It adds headers, and the request is then sent
//! unchanged. S3 has its own rules, [`Settings::s3`](crate::sign::Settings::s3).
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use sts_web::Credentials;
//! use sts_web::http::Request;
//! use sts_web::sign::{Scope, Settings, Signer};
//!
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
//! let scope = Scope { region: "eu-central-1", service: "s3" };
//! # let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_460_400);
//! # #[cfg(any())]
//! let now = SystemTime::now();
//!
//! let mut request = Request::new("GET", "https://my-bucket.s3.eu-central-1.amazonaws.com/?list-type=2");
//! Signer::new().sign(&mut request, &credentials, scope, &Settings::s3(), now)?;
//! assert!(request.header("authorization").is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 ")));
//! # Ok::<(), sts_web::Error>(())
//! ```
//!
//! With the feature `http`, a request of that crate converts to [`Request`](crate::http::Request) and back, and with the
//! feature `tower`, a layer signs every request of an HTTP client: see [`adapters`](crate::adapters).
//! [`presign`](crate::sign::Signer::presign) puts the signature into the URL instead.
//!
//! # Custom transports
//!
//! For another HTTP library, another runtime or WASI, implement [`Transport`](crate::transport::Transport); [its
//! module](crate::transport#custom-transports) has an example. To control the retries as well, drive
//! [`call`](crate::raw::call), which does no I/O.
//!
//! # Testing your code
//!
//! Pass the client a [`Fake`](crate::transport::Fake), which returns the responses of your test. All steps run as usual,
//! from validation to retries.
//!
//! ```
//! use sts_web::http::Response;
//! use sts_web::model::GetAccessKeyInfoInput;
//! use sts_web::transport::Fake;
//! use sts_web::{Client, Credentials};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), sts_web::Error> {
//! let xml = "<GetAccessKeyInfoResponse><GetAccessKeyInfoResult><Account>123456789012</Account>\
//!     </GetAccessKeyInfoResult></GetAccessKeyInfoResponse>";
//! let fake = Fake::new(|_request| Ok(Response { status: 200, headers: Vec::new(), body: xml.into() }));
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret");
//! let client = Client::builder().region("eu-central-1").credentials(credentials).transport(fake).build()?;
//!
//! let input = GetAccessKeyInfoInput { access_key_id: "AKIAIOSFODNN7EXAMPLE".into(), ..Default::default() };
//! assert_eq!(client.get_access_key_info(&input).await?.account, "123456789012");
//! # Ok(())
//! # }
//! ```
