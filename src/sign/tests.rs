//! The examples in AWS's documentation, and the signer's other guarantees.

use std::time::{Duration, SystemTime};

use super::*;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// 2015-08-30 12:36:00 UTC, the time of the IAM examples.
fn iam_time() -> SystemTime {
    at(1_440_938_160)
}

fn iam_user() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

/// 2013-05-24 00:00:00 UTC, the time of the S3 examples.
fn s3_time() -> SystemTime {
    at(1_369_353_600)
}

fn s3_user() -> Credentials {
    Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
}

const IAM: Scope<'static> = Scope { region: "us-east-1", service: "iam" };
const S3: Scope<'static> = Scope { region: "us-east-1", service: "s3" };

fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Request {
    Request {
        method: method.to_owned(),
        url: url.to_owned(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.as_bytes().to_vec(),
    }
}

fn list_users() -> Request {
    let form = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")];
    request("GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", &form, "")
}

fn sign_s3(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Signed {
    let mut url = String::from("https://examplebucket.s3.amazonaws.com");
    url.push_str(path);
    let mut request = request(method, &url, headers, body);
    Signer::new().sign(&mut request, &s3_user(), S3, &Settings::s3(), s3_time()).unwrap()
}

#[test]
fn iam_list_users_is_signed_as_in_the_aws_general_reference() {
    let mut request = list_users();
    let signed = Signer::new().sign(&mut request, &iam_user(), IAM, &Settings::default(), iam_time()).unwrap();

    assert_eq!(signed.signature, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    assert_eq!(
        signed.string_to_sign,
        "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n\
         f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59"
    );
    assert_eq!(request.header("x-amz-date"), Some("20150830T123600Z"));
    assert_eq!(
        request.header("authorization"),
        Some(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, \
             Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        )
    );
    assert_eq!(request.headers.len(), 3);
}

/// "Signature Calculations for the Authorization Header" of the S3 API Reference.
#[test]
fn s3_requests_are_signed_as_in_the_s3_api_reference() {
    let get = sign_s3("GET", "/test.txt", &[("Range", "bytes=0-9")], "");
    assert_eq!(get.signature, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    assert_eq!(get.signed_headers, "host;range;x-amz-content-sha256;x-amz-date");

    let headers = [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")];
    let put = sign_s3("PUT", "/test$file.text", &headers, "Welcome to Amazon S3.");
    assert_eq!(put.signature, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");

    let lifecycle = sign_s3("GET", "/?lifecycle", &[], "");
    assert_eq!(lifecycle.signature, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");

    let list = sign_s3("GET", "/?max-keys=2&prefix=J", &[], "");
    assert_eq!(list.signature, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

#[test]
fn an_s3_object_key_is_signed_unmodified() {
    let get = sign_s3("GET", "//photos/./a%20b", &[], "");
    assert!(get.canonical_request.starts_with("GET\n//photos/./a%20b\n"), "{}", &*get.canonical_request);
}

#[test]
fn signing_again_replaces_the_earlier_signature() {
    let signer = Signer::new();
    let settings = Settings::s3();
    let mut again = list_users();
    signer.sign(&mut again, &iam_user().with_session_token("old"), IAM, &settings, at(1_500_000_000)).unwrap();
    again.body = b"changed".to_vec();
    signer.sign(&mut again, &iam_user(), IAM, &settings, iam_time()).unwrap();

    let mut once = list_users();
    once.body = b"changed".to_vec();
    signer.sign(&mut once, &iam_user(), IAM, &settings, iam_time()).unwrap();
    assert_eq!(again, once);
}

#[test]
fn the_host_is_always_the_urls() {
    let mut request = request("GET", "http://127.0.0.1:4566/", &[("Host", "app.example")], "");
    let signed = Signer::new().sign(&mut request, &iam_user(), IAM, &Settings::default(), iam_time()).unwrap();
    assert!(signed.canonical_request.contains("\nhost:127.0.0.1:4566\n"), "{}", &*signed.canonical_request);
    assert_eq!(request.header("host"), None, "the transport sends the URL's");
}

#[test]
fn the_url_that_is_sent_is_in_the_encoding_that_is_signed() {
    let mut request = request("GET", "https://b.s3.amazonaws.com/a+b/(c)?prefix=x+y&acl#fragment", &[], "");
    let signed = Signer::new().sign(&mut request, &s3_user(), S3, &Settings::s3(), s3_time()).unwrap();
    assert_eq!(request.url, "https://b.s3.amazonaws.com/a%2Bb/%28c%29?prefix=x%20y&acl");
    assert!(signed.canonical_request.starts_with("GET\n/a%2Bb/%28c%29\nacl=&prefix=x%20y\n"));
}

#[test]
fn the_path_and_the_query_are_each_sent_in_the_encoding_that_is_signed() {
    for (given, sent) in [("/a+b?acl", "/a%2Bb?acl"), ("/a+b", "/a%2Bb"), ("/a?prefix=x+y", "/a?prefix=x%20y")] {
        let mut request = request("GET", &["https://b.s3.amazonaws.com", given].concat(), &[], "");
        Signer::new().sign(&mut request, &s3_user(), S3, &Settings::s3(), s3_time()).unwrap();
        assert_eq!(request.url, ["https://b.s3.amazonaws.com", sent].concat());
    }
}

#[test]
fn the_settings_of_a_service_are_those_that_it_documents() {
    for service in ["s3", "s3express", "s3-outposts", "s3-object-lambda"] {
        assert_eq!(Settings::for_service(service), Settings::s3(), "{service}");
    }
    for service in ["aoss", "glacier", "vpc-lattice-svcs"] {
        assert!(Settings::for_service(service).content_sha256, "{service}");
    }
    assert_eq!(Settings::for_service("vpc-lattice-svcs").payload, Payload::Unsigned);
    assert_eq!(Settings::for_service("iotdevicegateway").session_token, SessionToken::Appended);
    assert_eq!(Settings::for_service("execute-api"), Settings::default());
}

#[test]
fn the_callers_content_hash_is_kept_and_signed() {
    for hash in ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", &"ab".repeat(32)] {
        for settings in [Settings::default(), Settings::s3()] {
            let mut request = request("PUT", "https://host/", &[("X-Amz-Content-Sha256", hash)], "body");
            let signed = Signer::new().sign(&mut request, &iam_user(), IAM, &settings, iam_time()).unwrap();
            assert_eq!(request.header("x-amz-content-sha256"), Some(hash));
            assert_eq!(signed.signed_headers, "host;x-amz-content-sha256;x-amz-date");
            assert!(signed.canonical_request.ends_with(hash));
        }
    }
}

#[test]
fn a_header_that_is_not_signed_may_have_non_ascii_characters() {
    let signed = |name: &str| {
        let mut request = request("GET", "https://host/", &[(name, "S\u{e3}o Paulo")], "");
        Signer::new().sign(&mut request, &iam_user(), IAM, &Settings::default(), iam_time())
    };
    for name in ["cf-ipcity", "User-Agent", "cookie", "referer", "sec-ch-ua", "x-forwarded-for", "host"] {
        assert_eq!(signed(name).expect(name).signed_headers, "host;x-amz-date");
    }
    assert_eq!(signed("x-amz-meta-city").unwrap_err().code(), "InvalidHeader");
}

#[test]
fn an_invalid_request_is_left_unmodified_and_the_error_names_the_reason() {
    let rejected = |change: fn(&mut Request), credentials: Credentials, scope, time| {
        let mut request = list_users();
        change(&mut request);
        let before = request.clone();
        let error = Signer::new().sign(&mut request, &credentials, scope, &Settings::default(), time).unwrap_err();
        assert_eq!(request, before);
        (error.kind(), error.code().to_owned())
    };
    let unchanged: fn(&mut Request) = |_| {};
    let configuration = |code: &str| (ErrorKind::Configuration, code.to_owned());
    let credentials = (ErrorKind::Credentials, "InvalidCredentials".to_owned());

    let relative: fn(&mut Request) = |request| request.url = "/".to_owned();
    assert_eq!(rejected(relative, iam_user(), IAM, iam_time()), configuration("InvalidUrl"));
    let line_break: fn(&mut Request) = |request| request.headers.push(("x".to_owned(), "a\nb".to_owned()));
    assert_eq!(rejected(line_break, iam_user(), IAM, iam_time()), configuration("InvalidHeader"));
    let method: fn(&mut Request) = |request| request.method = "GET /".to_owned();
    assert_eq!(rejected(method, iam_user(), IAM, iam_time()), configuration("InvalidMethod"));
    assert_eq!(rejected(unchanged, iam_user(), IAM, at(u64::from(u32::MAX) * 100)), configuration("InvalidTime"));
    for (region, service) in [("", "sts"), ("us-east-1/s3", "sts"), ("us-east-1", "sts,")] {
        assert_eq!(
            rejected(unchanged, iam_user(), Scope { region, service }, iam_time()),
            configuration("InvalidScope")
        );
    }
    assert_eq!(rejected(unchanged, Credentials::new("", "s"), IAM, iam_time()), credentials);
    let swapped = Credentials::new(iam_user().secret_access_key(), "AKIDEXAMPLE");
    assert_eq!(rejected(unchanged, swapped, IAM, iam_time()), credentials);
    for secret in ["", "two\nlines", "caf\u{e9}"] {
        assert_eq!(rejected(unchanged, Credentials::new("AKID", secret), IAM, iam_time()), credentials);
    }
    let pasted = iam_user().with_session_token("two\nlines");
    assert_eq!(rejected(unchanged, pasted, IAM, iam_time()), credentials);
}

#[test]
fn presigning_again_replaces_the_earlier_signature() {
    let signer = Signer::new();
    let url_for = |request: &Request, seconds| {
        let user = iam_user().with_session_token("token");
        let expires_in = Duration::from_secs(seconds);
        signer.presign(request, &user, IAM, &Settings::default(), expires_in, iam_time()).unwrap().0
    };
    let mut request = list_users();
    let once = url_for(&request, 60);
    url_for(&request, 600).as_str().clone_into(&mut request.url);
    request.url.push_str("&x-amz-expires=7");
    assert_eq!(url_for(&request, 60), once);
}

#[test]
fn the_token_of_an_s3_session_has_a_header_and_a_parameter_of_its_own() {
    let settings = Settings { session_token: SessionToken::S3Session, ..Settings::s3() };
    let scope = Scope { region: "us-east-1", service: "s3express" };
    let user = s3_user().with_session_token("token");
    let url = "https://bucket--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com/key";
    let mut request = request("GET", url, &[("X-Amz-Security-Token", "of an earlier signature")], "");
    let signed = Signer::new().sign(&mut request, &user, scope, &settings, s3_time()).unwrap();
    assert_eq!(signed.signed_headers, "host;x-amz-content-sha256;x-amz-date;x-amz-s3session-token");
    assert_eq!(request.header("x-amz-s3session-token"), Some("token"));
    assert_eq!(request.header("x-amz-security-token"), None);

    request.headers.clear();
    let expires_in = Duration::from_secs(60);
    let presign =
        |request: &Request| Signer::new().presign(request, &user, scope, &settings, expires_in, s3_time()).unwrap().0;
    let once = presign(&request);
    assert!(once.contains("&X-Amz-SignedHeaders=host&X-Amz-S3session-Token=token&X-Amz-Signature="), "{}", &*once);
    once.as_str().clone_into(&mut request.url);
    assert_eq!(presign(&request), once);
}

#[test]
fn debug_output_shows_no_secret() {
    let signer = Signer::new();
    let user = iam_user().with_session_token("the-token");
    let output = signer.sign(&mut list_users(), &user, IAM, &Settings::default(), iam_time()).unwrap();
    let shown = format!("{output:?} {signer:?}");
    for secret in ["the-token", "wJalr", &output.signature] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert_eq!(
        shown,
        "Signed { credential_scope: \"20150830/us-east-1/iam/aws4_request\", .. } Signer { keys: SigningKeys(1) }"
    );
}

#[test]
fn signing_keys_are_cached_until_forget() {
    let signer = Signer::new();
    signer.sign(&mut list_users(), &iam_user(), IAM, &Settings::default(), iam_time()).unwrap();
    assert_eq!(format!("{signer:?}"), "Signer { keys: SigningKeys(1) }");
    signer.forget();
    assert_eq!(format!("{signer:?}"), "Signer { keys: SigningKeys(0) }");
}
