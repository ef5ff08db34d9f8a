//! AWS Signature Version 4 for any service, sans-IO. One file per step of the specification.
//!
//! HMAC and SHA-256 come from the crates `hmac` and `sha2`. Everything else is implemented here, and tests compare it with
//! AWS's own crate, `aws-sigv4`.
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//! use sts_web::Credentials;
//! use sts_web::http::Request;
//! use sts_web::sign::{Scope, Settings, Signer};
//!
//! # fn main() -> Result<(), sts_web::Error> {
//! let mut request = Request {
//!     method: "GET".into(),
//!     url: "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08".into(),
//!     headers: vec![("content-type".into(), "application/x-www-form-urlencoded; charset=utf-8".into())],
//!     body: Vec::new(),
//! };
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
//! let scope = Scope { region: "us-east-1", service: "iam" };
//! let time = UNIX_EPOCH + Duration::from_secs(1_440_938_160); // 2015-08-30 12:36:00 UTC
//!
//! let signed = Signer::new().sign(&mut request, &credentials, scope, &Settings::default(), time)?;
//! assert_eq!(signed.signature, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
//! assert!(request.header("authorization").is_some());
//! # Ok(())
//! # }
//! ```
//!
//! Source: IAM User Guide, "AWS Signature Version 4 for API requests".

mod canonical_request;
mod presign;
mod signing_key;
mod string_to_sign;

use std::fmt;
use std::time::SystemTime;

use zeroize::{Zeroize, Zeroizing};

use crate::http::Request;
use crate::url::Url;
use crate::{Credentials, Error, ErrorKind};
#[cfg(all(feature = "npm", target_family = "wasm", target_os = "unknown"))]
pub(crate) use canonical_request::is_connection_header;
use canonical_request::{CanonicalRequest, Headers, PayloadHash, Target};
use signing_key::{SigningKeys, hmac_sha256};
use string_to_sign::{DateTime, string_to_sign};

const X_AMZ_DATE: &str = "x-amz-date";
const X_AMZ_SECURITY_TOKEN: &str = "x-amz-security-token";
const X_AMZ_S3SESSION_TOKEN: &str = "x-amz-s3session-token";
const X_AMZ_CONTENT_SHA256: &str = "x-amz-content-sha256";

/// Region and service that a signature is valid for. With the date, they make up the credential scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the credential scope of Signature Version 4")]
pub struct Scope<'a> {
    /// Signing region, e.g. `us-east-1`.
    pub region: &'a str,
    /// Signing name of the service, e.g. `sts`.
    pub service: &'a str,
}

/// Signing settings that differ between services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Form of the path in the canonical request.
    pub path: PathStyle,
    /// Whether to send the hash of the body in the header `x-amz-content-sha256`, as S3 requires.
    pub content_sha256: bool,
    /// Whether to sign the body. Presigned URLs for S3 usually do not. A request's own `x-amz-content-sha256` takes
    /// precedence.
    pub payload: Payload,
    /// How to send the session token.
    pub session_token: SessionToken,
}

/// Settings for most services. [`Settings::for_service`] returns those for the others.
impl Default for Settings {
    fn default() -> Self {
        Self {
            path: PathStyle::Normalized,
            content_sha256: false,
            payload: Payload::Signed,
            session_token: SessionToken::Signed,
        }
    }
}

impl Settings {
    /// Returns the settings for S3: an unmodified path, and the hash of the body in a header.
    #[must_use]
    pub fn s3() -> Self {
        Self { path: PathStyle::Verbatim, content_sha256: true, ..Self::default() }
    }

    /// Returns the settings for a service, by its signing name.
    ///
    /// | service | settings |
    /// |---|---|
    /// | `s3`, `s3express`, `s3-outposts`, `s3-object-lambda` | [`Settings::s3`] |
    /// | `aoss`, `glacier` | with `content_sha256` |
    /// | `vpc-lattice-svcs` | with `content_sha256` and [`Payload::Unsigned`] |
    /// | `iotdevicegateway` | with [`SessionToken::Appended`] |
    /// | all others | [`Settings::default`] |
    ///
    /// For credentials of S3's `CreateSession`, set `session_token` to [`SessionToken::S3Session`].
    ///
    /// ```
    /// use sts_web::sign::Settings;
    ///
    /// assert_eq!(Settings::for_service("s3-outposts"), Settings::s3());
    /// assert_eq!(Settings::for_service("dynamodb"), Settings::default());
    /// ```
    ///
    /// Sources: Amazon S3 API Reference, "Authenticating Requests"; "Signing HTTP requests to Amazon `OpenSearch`
    /// Serverless"; Amazon S3 Glacier Developer Guide, "Common Request Headers"; Amazon VPC Lattice User Guide, "`SIGv4`
    /// authenticated requests"; AWS `IoT` Core Developer Guide, "Device communication protocols".
    #[must_use]
    pub fn for_service(service: &str) -> Self {
        match service {
            "s3" | "s3express" | "s3-outposts" | "s3-object-lambda" => Self::s3(),
            "aoss" | "glacier" => Self { content_sha256: true, ..Self::default() },
            "vpc-lattice-svcs" => Self { content_sha256: true, payload: Payload::Unsigned, ..Self::default() },
            "iotdevicegateway" => Self { session_token: SessionToken::Appended, ..Self::default() },
            _ => Self::default(),
        }
    }
}

/// Form of the path in the canonical request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathStyle {
    /// Percent-encoded twice, after dot segments and double slashes are removed.
    Normalized,
    /// Percent-encoded once, after dot segments and double slashes are removed.
    NormalizedEncodedOnce,
    /// Percent-encoded twice, and otherwise unmodified.
    EncodedTwice,
    /// Percent-encoded once, and otherwise unmodified. Used by S3.
    Verbatim,
}

/// Whether the body is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Payload {
    /// The canonical request contains the body's SHA-256 hash.
    Signed,
    /// The canonical request contains `UNSIGNED-PAYLOAD` instead.
    Unsigned,
}

/// How the session token is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionToken {
    /// The token is part of the canonical request.
    Signed,
    /// The token is added after signing, as a few older services require.
    Appended,
    /// The token comes from S3's `CreateSession`, and is signed as `x-amz-s3session-token` instead of
    /// `x-amz-security-token`. For objects in directory buckets (service `s3express`).
    ///
    /// Source: Amazon S3 API Reference, "`CreateSession`".
    S3Session,
}

impl SessionToken {
    /// Returns the name of the token's header.
    fn header(self) -> &'static str {
        match self {
            Self::Signed | Self::Appended => X_AMZ_SECURITY_TOKEN,
            Self::S3Session => X_AMZ_S3SESSION_TOKEN,
        }
    }
}

/// A signature and the intermediate results of each step.
///
/// `Debug` shows only the credential scope: the canonical request may contain the session token.
#[derive(Clone)]
#[non_exhaustive]
pub struct Signed {
    /// Canonical request.
    pub canonical_request: Zeroizing<String>,
    /// String to sign.
    pub string_to_sign: String,
    /// Credential scope: date, region, service and `aws4_request`, separated by slashes.
    pub credential_scope: String,
    /// Names of the signed headers, sorted and separated by semicolons.
    pub signed_headers: String,
    /// Signature, in lowercase hexadecimal.
    pub signature: String,
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("credential_scope", &self.credential_scope).finish_non_exhaustive()
    }
}

/// Signs requests and caches the derived signing keys: one per secret access key, day, region and service.
#[derive(Debug, Default)]
pub struct Signer {
    keys: SigningKeys,
}

impl Signer {
    /// Returns a signer with an empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the signature to the headers of `request`, and returns it with the results of each step.
    ///
    /// Sets `x-amz-date`, `x-amz-security-token` for temporary credentials, `x-amz-content-sha256` if enabled in
    /// `settings`, and `authorization`, and replaces existing ones. An `x-amz-content-sha256` in the request is kept and
    /// signed as the hash of the body, e.g. `UNSIGNED-PAYLOAD` for a body that is streamed; only a hash from an earlier
    /// signature is replaced.
    ///
    /// The URL is rewritten to the encoding that is signed, e.g. `+` in an S3 object key to `%2B`. The host that is signed
    /// is always the URL's: a `host` header is removed, and the transport sends the URL's. Send the URL as it is: HTTP clients
    /// that normalize URLs, such as `reqwest`, remove the segments `.` and `..`, which are part of an S3 object key.
    ///
    /// All other headers are signed too, except those that the platform or a proxy sets or changes:
    /// - not signed: `accept-encoding`, `cookie`, `origin`, `referer`, `sec-*`, `user-agent`, `x-amzn-trace-id`;
    /// - not signed, and not to be copied from an incoming request: `cdn-loop`, `cf-*`, `connection`, `expect`,
    ///   `forwarded`, `keep-alive`, `proxy-*`, `te`, `trailer`, `transfer-encoding`, `true-client-ip`, `upgrade`, `via`,
    ///   `x-forwarded-*`, `x-real-ip`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the URL, the method, a header, the region or the service is invalid, or `time`
    /// is not in the years 1970 to 9999. [`ErrorKind::Credentials`] if a part of the credentials is empty or has an
    /// invalid character. An error leaves the request unmodified.
    pub fn sign(
        &self,
        request: &mut Request,
        credentials: &Credentials,
        scope: Scope<'_>,
        settings: &Settings,
        time: SystemTime,
    ) -> Result<Signed, Error> {
        check(credentials, scope)?;
        let date = DateTime::of(time)?;
        let url = Url::parse(&request.url)?;
        let target = Target::of(&url, settings.path);
        let payload_hash = PayloadHash::of(request, settings.payload);
        let sends_hash = settings.content_sha256 || payload_hash.is_from_caller;
        let content_sha256 = sends_hash.then(|| payload_hash.as_str());
        let token_header = settings.session_token.header();
        let signed_token = match settings.session_token {
            SessionToken::Signed | SessionToken::S3Session => credentials.session_token(),
            SessionToken::Appended => None,
        };
        let mut added = Vec::with_capacity(3);
        added.push((X_AMZ_DATE, date.date_time()));
        added.extend(signed_token.map(|token| (token_header, token)));
        added.extend(content_sha256.map(|hash| (X_AMZ_CONTENT_SHA256, hash)));
        let replaced = [X_AMZ_DATE, X_AMZ_SECURITY_TOKEN, X_AMZ_CONTENT_SHA256, token_header];

        let headers = Headers::new(request, &url, &replaced, &added)?;
        let canonical = CanonicalRequest::new(
            &request.method,
            &target.path,
            &target.query,
            &headers,
            &payload_hash,
            settings.path,
        )?;
        let signed = self.signature(canonical, credentials, scope, &date);
        let authorization = [
            "AWS4-HMAC-SHA256 Credential=",
            credentials.access_key_id(),
            "/",
            &signed.credential_scope,
            ", SignedHeaders=",
            &signed.signed_headers,
            ", Signature=",
            &signed.signature,
        ];
        if target.path != url.path || target.query != url.query {
            let query_mark = if target.query.is_empty() { "" } else { "?" };
            let encoded = [url.scheme, url.authority, &target.path, query_mark, &target.query].concat();
            request.url.zeroize();
            request.url = encoded;
        }
        set_header(request, "host", None);
        set_header(request, X_AMZ_DATE, Some(date.date_time()));
        set_header(request, X_AMZ_SECURITY_TOKEN, None);
        set_header(request, token_header, credentials.session_token());
        set_header(request, X_AMZ_CONTENT_SHA256, content_sha256);
        set_header(request, "authorization", Some(&authorization.concat()));
        Ok(signed)
    }

    /// Zeroizes and removes every cached signing key.
    pub fn forget(&self) {
        self.keys.forget();
    }

    fn signature(
        &self,
        canonical: CanonicalRequest,
        credentials: &Credentials,
        scope: Scope<'_>,
        date: &DateTime,
    ) -> Signed {
        let credential_scope = date.credential_scope(scope);
        let string_to_sign = string_to_sign(date, &credential_scope, &canonical.text);
        let signature = self.keys.with(credentials, &credential_scope, scope, date.date(), |key| {
            base16ct::lower::encode_string(&*hmac_sha256(key, string_to_sign.as_bytes()))
        });
        Signed {
            canonical_request: canonical.text,
            string_to_sign,
            credential_scope,
            signed_headers: canonical.signed_headers,
            signature,
        }
    }
}

/// Returns whether a signature of `request` contains the hash in its `x-amz-content-sha256` instead of that of its body.
#[cfg(all(feature = "tower", not(all(target_family = "wasm", target_os = "unknown"))))]
pub(crate) fn has_payload_hash(request: &Request) -> bool {
    PayloadHash::of(request, Payload::Signed).is_from_caller
}

/// Removes the headers called `name`, and adds one with `value` if it is set.
fn set_header(request: &mut Request, name: &str, value: Option<&str>) {
    request.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    if let Some(value) = value {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
}

/// Rejects values that would make an invalid header or change the credential scope.
fn check(credentials: &Credentials, scope: Scope<'_>) -> Result<(), Error> {
    let invalid = |name, examples| {
        let message = [name, " is empty or has an invalid character, such as a line break or ", examples].concat();
        Err(Error::new(ErrorKind::Credentials, "InvalidCredentials", message))
    };
    if !is_scope_part(credentials.access_key_id()) {
        // Often, the two are swapped.
        return invalid("the access key ID", "a slash, as in a secret access key");
    }
    let secret = credentials.secret_access_key();
    if secret.is_empty() || !secret.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return invalid("the secret access key", "a non-ASCII character");
    }
    if credentials.session_token().is_some_and(|token| token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()))
    {
        return invalid("the session token", "a space");
    }
    if !is_scope_part(scope.region) || !is_scope_part(scope.service) {
        let message = "the signing region or service is empty or has an invalid character";
        return Err(Error::new(ErrorKind::Configuration, "InvalidScope", message));
    }
    Ok(())
}

/// Whether `text` is valid between the slashes of a credential scope.
fn is_scope_part(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/' && byte != b',')
}

#[cfg(test)]
mod tests;
