//! A request and its signing parameters, signed both by this crate and by `aws_sigv4::http_request::sign`.

use std::borrow::Cow;
use std::error::Error;
use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest, SignatureLocation,
    SigningInstructions, SigningParams, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use sts_web::Credentials;
use sts_web::http::Request;
use sts_web::sign::{PathStyle, Payload, Scope, SessionToken, Settings, Signer};

/// A request with everything that its signature depends on.
#[derive(Debug, Clone)]
pub(crate) struct SigningCase {
    pub(crate) request: Request,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) settings: Settings,
    pub(crate) expires_in: Duration,
    pub(crate) time: SystemTime,
}

/// Headers that this crate does not sign, and the oracle signs by default.
const NOT_SIGNED: [&str; 2] = ["connection", "expect"];

impl SigningCase {
    /// Panics if the signed headers differ. Returns an error if either side fails to sign.
    pub(crate) fn compare_headers(&self) -> Result<(), Box<dyn Error>> {
        let mut request = self.request.clone();
        let signed = Signer::new().sign(&mut request, &self.credentials(), self.scope(), &self.settings, self.time)?;

        let (instructions, signature) = self.oracle(SignatureLocation::Headers)?;
        let mut expected: Vec<_> = self.request.headers.clone();
        expected.retain(|(name, _)| !instructions.headers().any(|(set, _)| name.eq_ignore_ascii_case(set)));
        expected.extend(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(signed.signature, signature);
        assert_eq!(sorted(&request.headers), sorted(&expected));
        // The URL may be rewritten, but only to one with the same signature.
        let mut sent = self.clone();
        sent.request.url.clone_from(&request.url);
        assert_eq!(sent.oracle(SignatureLocation::Headers)?.1, signature);
        Ok(())
    }

    /// Panics if the presigned URLs differ. Returns an error if either side fails to sign.
    pub(crate) fn compare_urls(&self) -> Result<(), Box<dyn Error>> {
        let (url, signed) = Signer::new().presign(
            &self.request,
            &self.credentials(),
            self.scope(),
            &self.settings,
            self.expires_in,
            self.time,
        )?;

        let (instructions, signature) = self.oracle(SignatureLocation::QueryParams)?;
        assert_eq!(signed.signature, signature);
        // The URL may be rewritten, but only to one with the same signature.
        let mut sent = self.clone();
        sent.request.url = without_signature(&url);
        assert_eq!(sent.oracle(SignatureLocation::QueryParams)?.1, signature);
        let mut expected = http::Request::builder().uri(&sent.request.url).body(())?;
        instructions.apply_to_request_http1x(&mut expected);
        assert_eq!(parameters(&url), parameters(&expected.uri().to_string()));
        Ok(())
    }

    pub(crate) fn credentials(&self) -> Credentials {
        let credentials = Credentials::new(self.access_key_id.clone(), self.secret_access_key.clone());
        match &self.session_token {
            Some(token) => credentials.with_session_token(token.clone()),
            None => credentials,
        }
    }

    pub(crate) fn scope(&self) -> Scope<'_> {
        Scope { region: &self.region, service: &self.service }
    }

    fn oracle(&self, location: SignatureLocation) -> Result<(SigningInstructions, String), Box<dyn Error>> {
        let credentials = aws_credential_types::Credentials::new(
            self.access_key_id.clone(),
            self.secret_access_key.clone(),
            self.session_token.clone(),
            None,
            "test",
        );
        let identity = credentials.into();
        let params: SigningParams<'_> = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(&self.service)
            .time(self.time)
            .settings(self.oracle_settings(location))
            .build()?
            .into();
        let body = match self.settings.payload {
            Payload::Signed => SignableBody::Bytes(&self.request.body),
            Payload::Unsigned => SignableBody::UnsignedPayload,
            other => panic!("the oracle has no {other:?}"),
        };
        let headers = self.request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request = SignableRequest::new(&self.request.method, &self.request.url, headers, body)?;
        Ok(sign(request, &params)?.into_parts())
    }

    fn oracle_settings(&self, location: SignatureLocation) -> SigningSettings {
        let mut settings = SigningSettings::default();
        settings.signature_location = location;
        settings.excluded_headers.get_or_insert_default().extend(NOT_SIGNED.map(Cow::Borrowed));
        if location == SignatureLocation::QueryParams {
            settings.expires_in = Some(self.expires_in);
        }
        (settings.uri_path_normalization_mode, settings.percent_encoding_mode) = match self.settings.path {
            PathStyle::Normalized => (UriPathNormalizationMode::Enabled, PercentEncodingMode::Double),
            PathStyle::NormalizedEncodedOnce => (UriPathNormalizationMode::Enabled, PercentEncodingMode::Single),
            PathStyle::EncodedTwice => (UriPathNormalizationMode::Disabled, PercentEncodingMode::Double),
            PathStyle::Verbatim => (UriPathNormalizationMode::Disabled, PercentEncodingMode::Single),
            other => panic!("the oracle has no {other:?}"),
        };
        if self.settings.content_sha256 {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        if self.settings.session_token == SessionToken::Appended {
            settings.session_token_mode = SessionTokenMode::Exclude;
        }
        settings
    }
}

/// Returns the presigned URL without the parameters of the signature, which come last.
fn without_signature(url: &str) -> String {
    let (url, _) = url.split_once("X-Amz-Algorithm=").expect("a signature");
    url.trim_end_matches(['&', '?']).to_owned()
}

/// Headers with lowercase names, sorted by name only: the order of a name's values matters.
fn sorted(headers: &[(String, String)]) -> Vec<(String, &str)> {
    let mut headers: Vec<_> = headers.iter().map(|(name, value)| (name.to_lowercase(), value.as_str())).collect();
    headers.sort_by(|(a, _), (b, _)| a.cmp(b));
    headers
}

/// The URL without its query string, and the sorted parameters.
fn parameters(url: &str) -> (&str, Vec<&str>) {
    let (path, query) = url.split_once('?').expect("a query");
    let mut parameters: Vec<_> = query.split('&').filter(|parameter| !parameter.is_empty()).collect();
    parameters.sort_unstable();
    (path, parameters)
}
