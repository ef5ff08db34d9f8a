//! Signs an arbitrary request in its headers and in its URL. There must be no panic, and if aws-sigv4 accepts the request,
//! the signatures must be equal.
//!
//! An input has one line each for the settings, access key ID, secret access key, session token (`-` for none), region,
//! service, lifetime and time, followed by the method and the URL, the headers, an empty line and the body.
#![no_main]

#[path = "../../tests/aws_sigv4/mod.rs"]
mod aws_sigv4;

use std::time::{Duration, SystemTime};

use aws_sigv4::SigningCase;
use libfuzzer_sys::{Corpus, fuzz_target};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use sts_web::http::Request;
use sts_web::sign::{PathStyle, Payload, SessionToken, Settings};
use sts_web_fuzz::http_text;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some(case) = case(data) else { return Corpus::Reject };
    // Either signer may reject the request. Only the signatures of requests that both accept are compared.
    let _ = case.compare_headers();
    let _ = case.compare_urls();
    Corpus::Keep
});

fn case(data: &[u8]) -> Option<SigningCase> {
    let (head, body) = http_text::head_and_body(data);
    let [settings, access_key_id, secret, token, region, service, lifetime, time, request, headers @ ..] =
        head.as_slice()
    else {
        return None;
    };
    let (method, url) = request.split_once(' ')?;
    let settings = read_settings(settings.bytes().next().unwrap_or_default());
    // Each removes an earlier signature from a presigned URL, but not the same parameters.
    if differs_by_design(url, settings.path) || url.to_ascii_lowercase().contains("x-amz-") {
        return None;
    }
    Some(SigningCase {
        request: Request {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: headers.iter().map(|line| http_text::header(line)).filter(is_signed_alike).collect(),
            body: body.to_vec(),
        },
        // This crate trims credentials, and an empty session token is treated as none.
        access_key_id: access_key_id.trim_ascii().to_owned(),
        secret_access_key: secret.trim_ascii().to_owned(),
        session_token: Some(token.trim_ascii().to_owned()).filter(|token| token != "-" && !token.is_empty()),
        region: region.clone(),
        service: service.clone(),
        settings,
        expires_in: Duration::from_secs(lifetime.parse().ok()?),
        time: SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(time.parse().ok()?))?,
    })
}

/// This crate replaces the headers of an earlier signature, and aws-sigv4 adds to them. This crate signs the URL's host,
/// signs fewer headers, and folds tabs as botocore does.
fn is_signed_alike((name, value): &(String, String)) -> bool {
    let name = name.to_ascii_lowercase();
    let replaced = ["x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "host"];
    let sent_unsigned = ["accept-encoding", "cookie", "origin", "referer"];
    let of_connection =
        ["cdn-loop", "forwarded", "keep-alive", "te", "trailer", "true-client-ip", "upgrade", "via", "x-real-ip"];
    let prefixes = ["cf-", "proxy-", "sec-", "x-forwarded-"];
    !replaced.contains(&name.as_str())
        && !sent_unsigned.contains(&name.as_str())
        && !of_connection.contains(&name.as_str())
        && !prefixes.iter().any(|prefix| name.starts_with(prefix))
        && !value.contains('\t')
}

/// Returns whether aws-sigv4 treats the URL differently than clients and servers do. Clients send the host in lower case
/// and without a colon before an empty port; S3 decodes a path and encodes it again; this crate encodes
/// what a path may not contain; a query may contain bytes that are not UTF-8; aws-sigv4 does not know the default ports of ws
/// and wss, and presigns a path that ends with `&` as if that were in a query.
fn differs_by_design(url: &str, style: PathStyle) -> bool {
    let (url, _) = url.split_once('#').unwrap_or((url, ""));
    let (url, query) = url.split_once('?').unwrap_or((url, ""));
    let origin: String = url.split_inclusive('/').take(3).collect();
    let path = &url[origin.trim_end_matches('/').len()..];
    let decoded: Vec<u8> = percent_decode_str(path).collect();
    let encoded = percent_encode(&decoded, &RESERVED_IN_PATH).to_string();
    let encoded_once = matches!(style, PathStyle::NormalizedEncodedOnce | PathStyle::Verbatim);
    origin.bytes().any(|byte| byte.is_ascii_uppercase())
        || origin.trim_end_matches('/').ends_with(':')
        || encoded_once && encoded != path
        || path.bytes().any(|byte| b"\"<>[\\]^`{|}".contains(&byte))
        || origin.starts_with("ws")
        || path.ends_with('&') && query.is_empty()
        || percent_decode_str(query).decode_utf8().is_err()
}

/// Every byte that AWS percent-encodes in a path.
const RESERVED_IN_PATH: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Decodes the settings: `@` means the defaults, and each bit of the letters after it changes one.
fn read_settings(bits: u8) -> Settings {
    let styles =
        [PathStyle::Normalized, PathStyle::NormalizedEncodedOnce, PathStyle::EncodedTwice, PathStyle::Verbatim];
    let mut settings = Settings::default();
    settings.path = styles[usize::from(bits & 3)];
    settings.content_sha256 = bits & 4 != 0;
    settings.payload = if bits & 8 == 0 { Payload::Signed } else { Payload::Unsigned };
    settings.session_token = if bits & 16 == 0 { SessionToken::Signed } else { SessionToken::Appended };
    settings
}
