//! Signature Version 4 for any service, sans-IO. The files are the specification's steps.
//!
//! Canonical request, string to sign, signing key, signature: the first two are made here, the cryptography is
//! `aws-sigv4`'s.
//!
//! Source: IAM User Guide, "AWS Signature Version 4 for API requests".

mod canonical_request;
mod presign;
mod signing_key;
mod string_to_sign;

use std::fmt;
use std::time::SystemTime;

use aws_sigv4::sign::v4::calculate_signature;
use zeroize::Zeroizing;

use crate::http::Request;
use crate::url::Url;
use crate::{Credentials, Error, ErrorKind};
use canonical_request::{CanonicalRequest, Headers, PayloadHash};
use signing_key::SigningKeys;
use string_to_sign::{DateTime, string_to_sign};

const X_AMZ_DATE: &str = "x-amz-date";
const X_AMZ_SECURITY_TOKEN: &str = "x-amz-security-token";
const X_AMZ_CONTENT_SHA256: &str = "x-amz-content-sha256";

/// Whom a signature is for. With the date it makes the credential scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The signing region, as `us-east-1`.
    pub region: &'a str,
    /// The service's signing name, as `sts`.
    pub service: &'a str,
}

/// What differs between services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How the path enters the canonical request.
    pub path: PathStyle,
    /// Whether the body's hash is sent as `x-amz-content-sha256`, as S3 wants it.
    pub content_sha256: bool,
    /// Whether the body is signed. S3's presigned URLs leave it out.
    pub payload: Payload,
    /// Whether the session token is signed, or added after signing as a few older services want it.
    pub session_token: SessionToken,
}

/// Every service but S3.
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
    /// S3: the path as it stands, and the body's hash in a header.
    #[must_use]
    pub fn s3() -> Self {
        Self { path: PathStyle::Verbatim, content_sha256: true, ..Self::default() }
    }
}

/// How the path enters the canonical request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathStyle {
    /// Dot segments and double slashes removed, then encoded once more.
    Normalized,
    /// As [`PathStyle::Normalized`], without the second encoding.
    NormalizedEncodedOnce,
    /// Encoded once more as it stands.
    EncodedTwice,
    /// As it stands, encoded once. S3.
    Verbatim,
}

/// Whether the body is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// Its SHA-256 is.
    Signed,
    /// It is not: `UNSIGNED-PAYLOAD`.
    Unsigned,
}

/// Whether the session token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionToken {
    /// It is.
    Signed,
    /// It is added after signing.
    Appended,
}

/// The steps that led to a signature.
///
/// `Debug` shows the scope only: the canonical request can hold the session token.
#[derive(Clone)]
pub struct Signed {
    /// The canonical request.
    pub canonical_request: Zeroizing<String>,
    /// The string to sign.
    pub string_to_sign: String,
    /// Date, region, service and `aws4_request`.
    pub credential_scope: String,
    /// The names of the signed headers, sorted, with `;` between them.
    pub signed_headers: String,
    /// The signature, in hex.
    pub signature: String,
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("credential_scope", &self.credential_scope).finish_non_exhaustive()
    }
}

/// Signs requests, and keeps the signing keys that it derived: one per access key, day, region and service.
#[derive(Debug, Default)]
pub struct Signer {
    keys: SigningKeys,
}

impl Signer {
    /// A signer without any keys yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Signs `request` in its headers: adds `x-amz-date`, `x-amz-security-token` for session credentials,
    /// `x-amz-content-sha256` where `settings` ask for it, and `authorization`. Those that it had are replaced.
    ///
    /// All other headers are signed too, except `user-agent`, `x-amzn-trace-id` and `transfer-encoding`, which change
    /// on the way. The `host` is signed and left to the transport.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] where the URL, the method or a header cannot be sent at all, the region or the
    /// service cannot be one, or `time` is not from 1970 to 9999. [`ErrorKind::Credentials`] where a key is empty, or
    /// has a character that none has. The request is then as it was.
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
        let payload_hash = PayloadHash::of(&request.body, settings.payload);
        let content_sha256 = settings.content_sha256.then(|| payload_hash.as_str());
        let signed_token = match settings.session_token {
            SessionToken::Signed => credentials.session_token(),
            SessionToken::Appended => None,
        };
        let mut added = Vec::with_capacity(3);
        added.push((X_AMZ_DATE, date.date_time()));
        added.extend(signed_token.map(|token| (X_AMZ_SECURITY_TOKEN, token)));
        added.extend(content_sha256.map(|hash| (X_AMZ_CONTENT_SHA256, hash)));
        let replaced = [X_AMZ_DATE, X_AMZ_SECURITY_TOKEN, X_AMZ_CONTENT_SHA256];

        let headers = Headers::new(request, &url, &replaced, &added)?;
        let canonical = CanonicalRequest::new(request, &url, url.query, &headers, &payload_hash, settings.path)?;
        let signed = self.finish(canonical, credentials, scope, &date, time);
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
        set_header(request, X_AMZ_DATE, Some(date.date_time()));
        set_header(request, X_AMZ_SECURITY_TOKEN, credentials.session_token());
        set_header(request, X_AMZ_CONTENT_SHA256, content_sha256);
        set_header(request, "authorization", Some(&authorization.concat()));
        Ok(signed)
    }

    /// Wipes every signing key.
    pub fn forget(&self) {
        self.keys.forget();
    }

    fn finish(
        &self,
        canonical: CanonicalRequest,
        credentials: &Credentials,
        scope: Scope<'_>,
        date: &DateTime,
        time: SystemTime,
    ) -> Signed {
        let credential_scope = date.credential_scope(scope);
        let string_to_sign = string_to_sign(date, &credential_scope, &canonical.text);
        let signature = self.keys.with(credentials, &credential_scope, scope, time, |key| {
            calculate_signature(key, string_to_sign.as_bytes())
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

/// Removes the headers called `name`, and adds one with `value`.
fn set_header(request: &mut Request, name: &str, value: Option<&str>) {
    request.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    if let Some(value) = value {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
}

/// Refuses what would make a header that cannot be sent, or another scope than the one asked for.
fn check(credentials: &Credentials, scope: Scope<'_>) -> Result<(), Error> {
    let refused = |what| {
        let message = [what, " is empty or has a character that none has, as a space or a line end"].concat();
        Err(Error::new(ErrorKind::Credentials, "InvalidCredentials", message))
    };
    if !is_scope_part(credentials.access_key_id()) {
        return refused("the access key id");
    }
    if credentials.secret_access_key().is_empty() {
        return refused("the secret access key");
    }
    if credentials.session_token().is_some_and(|token| token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()))
    {
        return refused("the session token");
    }
    if !is_scope_part(scope.region) || !is_scope_part(scope.service) {
        let message = "the signing region or service is empty or has a character that none has";
        return Err(Error::new(ErrorKind::Configuration, "InvalidScope", message));
    }
    Ok(())
}

/// Whether `text` can stand between the slashes of a credential scope.
fn is_scope_part(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/' && byte != b',')
}

#[cfg(test)]
mod tests;
