//! For any request, our signature is the one that `aws_sigv4::http_request::sign` makes.
#![cfg(not(target_family = "wasm"))]

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest, SignatureLocation,
    SigningInstructions, SigningParams, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use sts_web::Credentials;
use sts_web::http::Request;
use sts_web::sign::{PathStyle, Payload, Scope, SessionToken, Settings, Signer};

/// Everything that a signature depends on.
#[derive(Debug, Clone)]
struct Given {
    request: Request,
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    region: String,
    service: String,
    settings: Settings,
    lifetime: Duration,
    time: SystemTime,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn headers_are_those_of_aws_sigv4(given in given()) {
        let (instructions, signature) = given.oracle(SignatureLocation::Headers);
        let mut expected: Vec<_> = given.request.headers.clone();
        expected.extend(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())));

        let mut request = given.request.clone();
        let signed = Signer::new()
            .sign(&mut request, &given.credentials(), given.scope(), &given.settings, given.time)
            .expect("signs");
        prop_assert_eq!(signed.signature, signature);
        prop_assert_eq!(sorted(&request.headers), sorted(&expected));
        prop_assert_eq!(&request.url, &given.request.url);
    }

    #[test]
    fn urls_are_those_of_aws_sigv4(given in given()) {
        let (instructions, signature) = given.oracle(SignatureLocation::QueryParams);
        let mut expected = http_request(&given.request);
        instructions.apply_to_request_http1x(&mut expected);

        let (url, signed) = Signer::new()
            .presign(
                &given.request, &given.credentials(), given.scope(), &given.settings, given.lifetime, given.time,
            )
            .expect("signs");
        prop_assert_eq!(signed.signature, signature);
        let expected = expected.uri().to_string();
        prop_assert_eq!(parameters(&url), parameters(&expected));
    }

    /// Keys kept from other requests never make another signature.
    #[test]
    fn a_signer_that_has_signed_signs_as_a_new_one(all in vec(few_keys(), 1..20)) {
        let used = Signer::new();
        for given in all {
            let sign = |signer: &Signer| {
                let mut request = given.request.clone();
                signer.sign(&mut request, &given.credentials(), given.scope(), &given.settings, given.time).expect("signs")
            };
            prop_assert_eq!(sign(&used).signature, sign(&Signer::new()).signature);
        }
    }
}

impl Given {
    fn credentials(&self) -> Credentials {
        let credentials = Credentials::new(self.access_key_id.clone(), self.secret_access_key.clone());
        match &self.session_token {
            Some(token) => credentials.with_session_token(token.clone()),
            None => credentials,
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope { region: &self.region, service: &self.service }
    }

    fn oracle(&self, location: SignatureLocation) -> (SigningInstructions, String) {
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
            .build()
            .expect("complete")
            .into();
        let body = match self.settings.payload {
            Payload::Signed => SignableBody::Bytes(&self.request.body),
            Payload::Unsigned => SignableBody::UnsignedPayload,
        };
        let headers = self.request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request = SignableRequest::new(&self.request.method, &self.request.url, headers, body).expect("a request");
        sign(request, &params).expect("signs").into_parts()
    }

    fn oracle_settings(&self, location: SignatureLocation) -> SigningSettings {
        let mut settings = SigningSettings::default();
        settings.signature_location = location;
        if location == SignatureLocation::QueryParams {
            settings.expires_in = Some(self.lifetime);
        }
        (settings.uri_path_normalization_mode, settings.percent_encoding_mode) = match self.settings.path {
            PathStyle::Normalized => (UriPathNormalizationMode::Enabled, PercentEncodingMode::Double),
            PathStyle::NormalizedEncodedOnce => (UriPathNormalizationMode::Enabled, PercentEncodingMode::Single),
            PathStyle::EncodedTwice => (UriPathNormalizationMode::Disabled, PercentEncodingMode::Double),
            PathStyle::Verbatim => (UriPathNormalizationMode::Disabled, PercentEncodingMode::Single),
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

fn given() -> impl Strategy<Value = Given> {
    let keys = ("[A-Z0-9]{16,20}", "[ -~]{1,60}", option::of("[A-Za-z0-9+/=]{1,400}"));
    let place = ("[a-z]{2}-[a-z]{4,9}-[1-9]", "[a-z0-9-]{1,16}", settings());
    let when = (1_u64..=604_800, 0_u64..=253_402_300_799, 0_u32..1_000_000_000);
    (request(), keys, place, when).prop_map(|(request, keys, place, (lifetime, seconds, nanoseconds))| Given {
        request,
        access_key_id: keys.0,
        secret_access_key: keys.1,
        session_token: keys.2,
        region: place.0,
        service: place.1,
        settings: place.2,
        lifetime: Duration::from_secs(lifetime),
        time: SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds),
    })
}

/// Requests whose keys, days and regions meet again and again.
fn few_keys() -> impl Strategy<Value = Given> {
    (given(), "AKI[AB]", "secret[12]", "eu-west-[12]", "s[t3]s", 0_u64..3).prop_map(
        |(given, id, secret, region, service, day)| {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(day * 86_400 + 86_399);
            Given { access_key_id: id, secret_access_key: secret, region, service, time, ..given }
        },
    )
}

fn settings() -> impl Strategy<Value = Settings> {
    let path = prop_oneof![
        Just(PathStyle::Normalized),
        Just(PathStyle::NormalizedEncodedOnce),
        Just(PathStyle::EncodedTwice),
        Just(PathStyle::Verbatim),
    ];
    let payload = prop_oneof![Just(Payload::Signed), Just(Payload::Unsigned)];
    let session_token = prop_oneof![Just(SessionToken::Signed), Just(SessionToken::Appended)];
    (path, any::<bool>(), payload, session_token).prop_map(|(path, content_sha256, payload, session_token)| Settings {
        path,
        content_sha256,
        payload,
        session_token,
    })
}

fn request() -> impl Strategy<Value = Request> {
    let method = prop_oneof!["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"];
    (method, url(), vec(header(), 0..8), vec(any::<u8>(), 0..300)).prop_map(|(method, url, headers, body)| Request {
        method,
        url,
        headers,
        body,
    })
}

/// Paths as SDKs write them: segments of unreserved or encoded characters, dots and double slashes among them.
/// Queries of anything that may stand in one: repeated names, empty values, `+`, and encoded UTF-8.
fn url() -> impl Strategy<Value = String> {
    let authority = "(https://[a-z0-9][a-z0-9.-]{0,20}(:443|:80|:8443)?|http://127[.]0[.]0[.]1(:80|:443|:4566)?)";
    let segment = prop_oneof![
        "[A-Za-z0-9._~-]{0,6}",
        Just(".".to_owned()),
        Just("..".to_owned()),
        "(%20|%C3%A9|%25|%3D|[a-z]){1,4}",
    ];
    let path = vec(segment, 0..6).prop_map(|segments| segments.iter().fold(String::new(), |path, s| path + "/" + s));
    let name_or_value = "([A-Za-z0-9._~!$'()*,;:@/?+-]|%[2-7][0-9A-Fa-f]|%C3%A9|%e1%88%b4){0,6}";
    let pair = (name_or_value, option::of(name_or_value)).prop_map(|(name, value)| match value {
        Some(value) => name + "=" + &value,
        None => name,
    });
    let query = option::of(vec(pair, 0..6).prop_map(|pairs| pairs.join("&")));
    (authority, path, query).prop_map(|(authority, path, query)| match query {
        Some(query) => authority + &path + "?" + &query,
        None => authority + &path,
    })
}

/// Headers that meet again under another case, headers that are never signed, and values with spaces everywhere.
fn header() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof![
        "[A-Za-z][A-Za-z0-9-]{0,10}[a-z0-9]",
        "(X-Amz-Meta-A|x-amz-meta-a|x-amz-meta-b|Content-Type|content-type|Range)",
        "(User-Agent|x-amzn-trace-id|Transfer-Encoding|X-Amz-User-Agent|x-amz-checksum-mode|Connection|Expect)",
    ];
    let value = prop_oneof!["[ -~]{0,30}", "( {0,3}[a-z]{0,3}){0,5} {0,2}", "[a-z]{0,3}\t[a-z]{0,3}"];
    (name, value)
}

fn http_request(request: &Request) -> http::Request<()> {
    http::Request::builder().uri(&request.url).body(()).expect("a URI")
}

/// Header names in lower case, sorted by name alone: the order of one name's values matters.
fn sorted(headers: &[(String, String)]) -> Vec<(String, &str)> {
    let mut headers: Vec<_> = headers.iter().map(|(name, value)| (name.to_lowercase(), value.as_str())).collect();
    headers.sort_by(|(a, _), (b, _)| a.cmp(b));
    headers
}

/// The URL up to its query, and the parameters in order.
fn parameters(url: &str) -> (&str, Vec<&str>) {
    let (path, query) = url.split_once('?').expect("a query");
    let mut parameters: Vec<_> = query.split('&').filter(|parameter| !parameter.is_empty()).collect();
    parameters.sort_unstable();
    (path, parameters)
}
