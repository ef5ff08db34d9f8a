//! For any request, the signature equals that of `aws_sigv4::http_request::sign`.
#![cfg(not(target_family = "wasm"))]

mod aws_sigv4;

use std::time::{Duration, SystemTime};

use aws_sigv4::SigningCase;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use sts_web::http::Request;
use sts_web::sign::{PathStyle, Payload, SessionToken, Settings, Signer};

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn signed_headers_equal_those_of_aws_sigv4(case in signing_case()) {
        case.compare_headers().expect("both signers accept the request");
    }

    #[test]
    fn presigned_urls_equal_those_of_aws_sigv4(case in signing_case()) {
        case.compare_urls().expect("both signers accept the request");
    }

    /// Signing keys cached for other requests never change a signature.
    #[test]
    fn a_signer_with_cached_keys_signs_as_a_new_one(cases in vec(case_with_repeated_keys(), 1..20)) {
        let used = Signer::new();
        for case in cases {
            let sign = |signer: &Signer| {
                let mut request = case.request.clone();
                signer.sign(&mut request, &case.credentials(), case.scope(), &case.settings, case.time).expect("signs")
            };
            prop_assert_eq!(sign(&used).signature, sign(&Signer::new()).signature);
        }
    }
}

fn signing_case() -> impl Strategy<Value = SigningCase> {
    let credentials = ("[A-Z0-9]{16,20}", "[!-~]([ -~]{0,58}[!-~])?", option::of("[A-Za-z0-9+/=]{1,400}"));
    let scope_and_settings = ("[a-z]{2}-[a-z]{4,9}-[1-9]", "[a-z0-9-]{1,16}", settings());
    let times = (1_u64..=604_800, 0_u64..=253_402_300_799, 0_u32..1_000_000_000);
    (request(), credentials, scope_and_settings, times).prop_map(
        |(request, credentials, scope, (expires_in, seconds, nanoseconds))| SigningCase {
            request,
            access_key_id: credentials.0,
            secret_access_key: credentials.1,
            session_token: credentials.2,
            region: scope.0,
            service: scope.1,
            settings: scope.2,
            expires_in: Duration::from_secs(expires_in),
            time: SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds),
        },
    )
}

/// Requests that often share their secret, day, region and service.
fn case_with_repeated_keys() -> impl Strategy<Value = SigningCase> {
    (signing_case(), "AKI[AB]", "secret[12]", "eu-west-[12]", "s[t3]s", 0_u64..3).prop_map(
        |(case, id, secret, region, service, day)| {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(day * 86_400 + 86_399);
            SigningCase { access_key_id: id, secret_access_key: secret, region, service, time, ..case }
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
    (path, any::<bool>(), payload, session_token).prop_map(|(path, content_sha256, payload, session_token)| {
        let mut settings = Settings::default();
        settings.path = path;
        settings.content_sha256 = content_sha256;
        settings.payload = payload;
        settings.session_token = session_token;
        settings
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

/// Paths as SDKs send them: segments of unreserved or encoded characters, including dot segments and double slashes.
/// Query strings with any valid character: repeated names, empty values, `+` and encoded UTF-8.
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

/// Repeated headers that differ in case, headers that are never signed, and values with spaces in any position.
fn header() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof![
        // No other header that only this crate leaves unsigned (`te`, `cf-ray`) begins with one of these letters.
        "[BbDdGgIiJjLlMmNnQqWwYyZz][A-Za-z0-9-]{0,10}[a-z0-9]",
        "(X-Amz-Meta-A|x-amz-meta-a|x-amz-meta-b|Content-Type|content-type|Range)",
        "(User-Agent|x-amzn-trace-id|Transfer-Encoding|X-Amz-User-Agent|x-amz-checksum-mode|Connection|Expect)",
    ];
    let value = prop_oneof!["[ -~]{0,30}", "( {0,3}[a-z]{0,3}){0,5} {0,2}"];
    (name, value)
}
