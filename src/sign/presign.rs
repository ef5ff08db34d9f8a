//! Presigned URLs: the signature in the query string.
//!
//! Source: Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".

use std::time::{Duration, SystemTime};

use percent_encoding::utf8_percent_encode;
use zeroize::Zeroizing;

use super::canonical_request::{CanonicalRequest, Headers, PayloadHash, Target};
use super::string_to_sign::DateTime;
use super::{Scope, SessionToken, Settings, Signed, Signer, X_AMZ_SECURITY_TOKEN, check};
use crate::http::Request;
use crate::url::{RESERVED, Url};
use crate::{Credentials, Error, ErrorKind};

/// Headers that are not sent by a client that opens the URL: that of the session token, and two that SDKs add.
const NEVER_PRESIGNED: [&str; 3] = [X_AMZ_SECURITY_TOKEN, "x-amz-user-agent", "x-amz-checksum-mode"];

impl Signer {
    /// Adds the signature to the URL of `request`. Returns the presigned URL and the signature.
    ///
    /// Anyone who has the URL can send the request until `expires_in` has passed, so treat the URL as a secret.
    ///
    /// The headers of `request` are signed and must be sent with it, except those that [`Signer::sign`] does not sign,
    /// `x-amz-user-agent` and `x-amz-checksum-mode`. The setting `content_sha256` has no effect. An earlier signature in
    /// the URL is replaced.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use sts_web::Credentials;
    /// use sts_web::http::Request;
    /// use sts_web::sign::{Payload, Scope, Settings, Signer};
    ///
    /// # fn main() -> Result<(), sts_web::Error> {
    /// let request = Request {
    ///     method: "GET".into(),
    ///     url: "https://examplebucket.s3.amazonaws.com/test.txt".into(),
    ///     headers: Vec::new(),
    ///     body: Vec::new(),
    /// };
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// let scope = Scope { region: "us-east-1", service: "s3" };
    /// let mut settings = Settings::s3();
    /// settings.payload = Payload::Unsigned;
    /// let one_hour = Duration::from_secs(3600);
    ///
    /// let (url, _) = Signer::new().presign(&request, &credentials, scope, &settings, one_hour, SystemTime::now())?;
    /// assert!(url.contains("X-Amz-Expires=3600"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`Signer::sign`], and [`ErrorKind::Configuration`] if `expires_in` is not 1 to 604800 seconds (seven
    /// days).
    pub fn presign(
        &self,
        request: &Request,
        credentials: &Credentials,
        scope: Scope<'_>,
        settings: &Settings,
        expires_in: Duration,
        time: SystemTime,
    ) -> Result<(Zeroizing<String>, Signed), Error> {
        check(credentials, scope)?;
        let expires = expires_in.as_secs();
        if !(1..=604_800).contains(&expires) {
            let message = "a presigned URL must expire in 1 to 604,800 seconds (seven days)";
            return Err(Error::new(ErrorKind::Configuration, "InvalidExpiry", message));
        }
        let date = DateTime::of(time)?;
        let url = Url::parse(&request.url)?;
        let target = Target::of(&url, settings.path);
        // A token that is appended is not signed, neither in the URL nor as a header.
        let is_appended = settings.session_token == SessionToken::Appended;
        let unsigned_headers = if is_appended { &NEVER_PRESIGNED } else { &NEVER_PRESIGNED[1..] };
        let headers = Headers::new(request, &url, unsigned_headers, &[])?;
        let signed_headers = headers.names();
        let mut query = Zeroizing::new(String::with_capacity(url.query.len() + 512));
        for parameter in target.query.split('&').filter(|parameter| !is_of_signature(parameter)) {
            push_separator(&mut query);
            query.push_str(parameter);
        }
        let credential = [credentials.access_key_id(), "/", &date.credential_scope(scope)].concat();
        push(&mut query, "X-Amz-Algorithm", "AWS4-HMAC-SHA256");
        push(&mut query, "X-Amz-Credential", &credential);
        push(&mut query, "X-Amz-Date", date.date_time());
        push(&mut query, "X-Amz-Expires", &expires.to_string());
        push(&mut query, "X-Amz-SignedHeaders", &signed_headers);
        let push_token = |query: &mut String| {
            if let Some(token) = credentials.session_token() {
                let is_s3_session = settings.session_token == SessionToken::S3Session;
                push(query, if is_s3_session { "X-Amz-S3session-Token" } else { "X-Amz-Security-Token" }, token);
            }
        };
        if !is_appended {
            push_token(&mut query);
        }

        let payload_hash = PayloadHash::of(request, settings.payload);
        let method = &request.method;
        let canonical = CanonicalRequest::new(method, &target.path, &query, &headers, &payload_hash, settings.path)?;
        let signed = self.signature(canonical, credentials, scope, &date);

        if is_appended {
            push_token(&mut query);
        }
        push(&mut query, "X-Amz-Signature", &signed.signature);
        let presigned = [url.scheme, url.authority, &target.path, "?", &query].concat();
        Ok((Zeroizing::new(presigned), signed))
    }
}

/// Returns whether `parameter` is empty or one that a signature adds.
fn is_of_signature(parameter: &str) -> bool {
    const ADDED: [&str; 8] = [
        "Algorithm",
        "Credential",
        "Date",
        "Expires",
        "SignedHeaders",
        "Security-Token",
        "S3session-Token",
        "Signature",
    ];
    let name = parameter.split('=').next().unwrap_or_default();
    let rest = name.split_at_checked(6).filter(|(start, _)| start.eq_ignore_ascii_case("X-Amz-"));
    parameter.is_empty() || rest.is_some_and(|(_, rest)| ADDED.iter().any(|added| rest.eq_ignore_ascii_case(added)))
}

fn push_separator(query: &mut String) {
    if !query.is_empty() {
        query.push('&');
    }
}

fn push(query: &mut String, name: &str, value: &str) {
    push_separator(query);
    query.push_str(name);
    query.push('=');
    query.extend(utf8_percent_encode(value, &RESERVED));
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::super::Payload;
    use super::*;

    fn presigned(expires_in: Duration) -> Result<String, Error> {
        let request = Request {
            method: "GET".into(),
            url: "https://examplebucket.s3.amazonaws.com/test.txt".into(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        let scope = Scope { region: "us-east-1", service: "s3" };
        let settings = Settings { payload: Payload::Unsigned, ..Settings::s3() };
        let time = UNIX_EPOCH + Duration::from_secs(1_369_353_600);
        let (url, _) = Signer::new().presign(&request, &credentials, scope, &settings, expires_in, time)?;
        Ok(url.to_string())
    }

    // The example in the S3 API Reference, "Authenticating Requests: Using Query Parameters".
    #[test]
    fn the_s3_api_references_example_is_presigned() {
        assert_eq!(
            presigned(Duration::from_secs(86400)).expect("a URL"),
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
             &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
    }

    #[test]
    fn a_url_expires_in_one_second_to_seven_days() {
        assert!(presigned(Duration::from_secs(1)).is_ok() && presigned(Duration::from_secs(604_800)).is_ok());
        for seconds in [0, 604_801] {
            assert_eq!(presigned(Duration::from_secs(seconds)).expect_err("out of range").code(), "InvalidExpiry");
        }
    }
}
