//! URLs of the AWS Management Console: switching roles, and signing in with temporary credentials.
//!
//! ```
//! use sts_web::console::{SwitchRole, switch_role_url};
//!
//! # fn main() -> Result<(), sts_web::Error> {
//! let role = SwitchRole { account: "123456789012", role: "Admin", ..SwitchRole::default() };
//! let url = switch_role_url(&role, "eu-central-1")?;
//! assert_eq!(url, "https://signin.aws.amazon.com/switchrole?account=123456789012&roleName=Admin");
//! # Ok(())
//! # }
//! ```
//!
//! Source: IAM User Guide, "Switching to a role (console)" and "Enabling custom identity broker access to the AWS
//! console"; AWS General Reference, "AWS Sign-In endpoints and quotas".

use std::borrow::Cow;

use percent_encoding::utf8_percent_encode;
use zeroize::Zeroizing;

use crate::endpoint::region_of_fips_name;
use crate::export::to_cli_json;
use crate::http::Request;
use crate::model::Value;
use crate::partition::{ConsoleHosts, Partition};
use crate::url::RESERVED;
use crate::{Credentials, Error, ErrorKind};

/// The role of a switch-role URL.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an input, which ends in `..Default::default()`")]
pub struct SwitchRole<'a> {
    /// Account ID of 12 digits, or account alias.
    pub account: &'a str,
    /// Role name, not the ARN. Includes the path if the role has one: `division/Admin`.
    pub role: &'a str,
    /// Display name in the console: up to 64 characters.
    pub display_name: Option<&'a str>,
    /// Color in the console: six hexadecimal digits. The console ignores colors that it does not support, and the
    /// supported ones change.
    pub color: Option<&'a str>,
}

/// Returns a URL that switches a signed-in console user to a role. `region` determines the partition.
///
/// # Errors
/// [`ErrorKind::Validation`] if the account, role, display name or color is invalid, and [`ErrorKind::Configuration`]
/// if the partition's console has no public address.
pub fn switch_role_url(role: &SwitchRole<'_>, region: &str) -> Result<String, Error> {
    check(is_account(role.account), "the account must be an account ID of 12 digits or an account alias")?;
    check(is_role(role.role), "the role must be a role name, with its path if it has one, and not an ARN")?;
    let label = role.display_name.unwrap_or("label");
    check(
        (1..=64).contains(&label.chars().count()) && !label.contains(char::is_control),
        "the display name must have 1 to 64 characters",
    )?;
    let color = role.color.unwrap_or("000000");
    check(
        color.len() == 6 && color.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "the color must be six hexadecimal digits, without a #",
    )?;

    let mut url = ["https://", hosts(region)?.sign_in, "/switchrole"].concat();
    append("?account=", role.account, &mut url);
    append("&roleName=", role.role, &mut url);
    if let Some(name) = role.display_name {
        append("&displayName=", name, &mut url);
    }
    if let Some(color) = role.color {
        append("&color=", color, &mut url);
    }
    Ok(url)
}

/// The call that issued the temporary credentials. It determines whether a console session can outlive them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// An `AssumeRole*` call that was signed with long-term credentials, or was not signed.
    AssumeRole,
    /// An `AssumeRole` call that was signed with role credentials.
    RoleChaining,
    /// `GetFederationToken`.
    GetFederationToken,
}

/// Returns the request for a sign-in token, the first step of signing in. Pass the `SigninToken` of its JSON response
/// to [`login_url`].
///
/// `duration` is the duration of the console session, in seconds from 900 to 43200. By default, the session ends when
/// the credentials expire. The credentials are in the request body. Send the request from a server: a page cannot read
/// the response, which has no CORS headers.
///
/// # Errors
/// [`ErrorKind::Validation`] if `duration` is out of range or not allowed for `source`, [`ErrorKind::Credentials`] if
/// the credentials are not temporary, and [`ErrorKind::Configuration`] if the partition's console has no public
/// address.
pub fn signin_token_request(
    credentials: &Credentials,
    source: Source,
    duration: Option<u32>,
    region: &str,
) -> Result<Request, Error> {
    let url = federation(region)?;
    let Some(token) = credentials.session_token() else {
        let message = "console sign-in requires temporary credentials from AssumeRole* or GetFederationToken, and \
                       these have no session token";
        return Err(Error::new(ErrorKind::Credentials, "NotTemporary", message));
    };
    let mut body = Zeroizing::new(String::with_capacity(16 * 1024));
    body.push_str("Action=getSigninToken");
    if let Some(seconds) = duration {
        check_duration(seconds, source)?;
        body.push_str("&SessionDuration=");
        body.push_str(&seconds.to_string());
    }
    let member = |name: &'static str, text: &str| (Cow::Borrowed(name), Value::text(text));
    let session = to_cli_json(&Value::Structure(vec![
        member("sessionId", credentials.access_key_id()),
        member("sessionKey", credentials.secret_access_key()),
        member("sessionToken", token),
    ]))?;
    append("&Session=", &session, &mut body);
    Ok(Request {
        method: "POST".to_owned(),
        url,
        headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded; charset=utf-8".to_owned())],
        body: body.as_bytes().to_vec(),
    })
}

/// Returns the URL that opens the console, the second step of signing in. Anyone who has the URL can sign in with it
/// for 15 minutes, so treat it as a secret.
///
/// `signin_token` is the `SigninToken` of the response to [`signin_token_request`]. `issuer` is the page that the
/// console redirects to when the session has expired. `destination` is the console page to open, by default the home
/// page.
///
/// # Errors
/// [`ErrorKind::Validation`] if `destination` is not an https URL of the partition's console, `issuer` is not an http
/// or https URL, or the token is empty; [`ErrorKind::Configuration`] if the partition's console has no public address.
pub fn login_url(
    signin_token: &str,
    issuer: Option<&str>,
    destination: Option<&str>,
    region: &str,
) -> Result<Zeroizing<String>, Error> {
    check(!signin_token.is_empty(), "the sign-in token is missing")?;
    let console = hosts(region)?.console;
    let home = ["https://", console, "/"].concat();
    let destination = destination.unwrap_or(&home);
    check(
        is_on_host(destination, console),
        "the destination must be an https URL of the partition's console, without a port",
    )?;

    let mut url = Zeroizing::new(federation(region)?);
    url.reserve(64 + 3 * (signin_token.len() + destination.len() + issuer.map_or(0, str::len)));
    url.push_str("?Action=login");
    if let Some(issuer) = issuer {
        check(is_http_url(issuer), "the issuer must be an https:// or http:// URL")?;
        append("&Issuer=", issuer, &mut url);
    }
    append("&Destination=", destination, &mut url);
    append("&SigninToken=", signin_token, &mut url);
    Ok(url)
}

fn hosts(region: &str) -> Result<&'static ConsoleHosts, Error> {
    let partition = Partition::of(region_of_fips_name(region).unwrap_or(region));
    partition.console.as_ref().ok_or_else(|| {
        let message = ["the console of partition ", partition.id, " has no public address"].concat();
        Error::new(ErrorKind::Configuration, "NoPublicConsole", message)
    })
}

fn federation(region: &str) -> Result<String, Error> {
    Ok(["https://", hosts(region)?.sign_in, "/federation"].concat())
}

fn check_duration(seconds: u32, source: Source) -> Result<(), Error> {
    match source {
        Source::AssumeRole => check(
            (900..=43200).contains(&seconds),
            "the duration of a console session must be from 900 to 43,200 seconds",
        ),
        Source::RoleChaining => check(
            false,
            "with role chaining, a console session ends when the role credentials expire; omit the duration",
        ),
        Source::GetFederationToken => check(
            false,
            "a console session with credentials from GetFederationToken ends when they expire; omit the duration, and \
             set DurationSeconds of GetFederationToken instead",
        ),
    }
}

fn check(is_valid: bool, message: &str) -> Result<(), Error> {
    if is_valid { Ok(()) } else { Err(Error::new(ErrorKind::Validation, "InvalidConsoleLink", message)) }
}

fn append(name: &str, value: &str, to: &mut String) {
    to.push_str(name);
    to.extend(utf8_percent_encode(value, &RESERVED));
}

fn is_account(account: &str) -> bool {
    if account.bytes().all(|byte| byte.is_ascii_digit()) {
        return account.len() == 12;
    }
    (3..=63).contains(&account.len())
        && account.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !account.starts_with('-')
        && !account.ends_with('-')
        && !account.contains("--")
}

fn is_role(role: &str) -> bool {
    let (path, name) = role.trim_start_matches('/').rsplit_once('/').unwrap_or(("", role.trim_start_matches('/')));
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    (1..=64).contains(&name.len())
        && name.bytes().all(in_name)
        && path.len() <= 510
        && path.bytes().all(|byte| byte.is_ascii_graphic())
        && !role.starts_with("arn:")
}

/// Whether a browser that opens `url` connects to `host` or one of its subdomains.
fn is_on_host(url: &str, host: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://").filter(|_| is_http_url(url)) else { return false };
    let url_host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let matches =
        url_host.strip_suffix(host).is_some_and(|name| name.is_empty() || name.len() > 1 && name.ends_with('.'));
    matches && url_host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte))
}

/// Rejects backslashes and whitespace too: browsers read a backslash as a slash and strip whitespace.
fn is_http_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    !rest.is_empty() && !rest.starts_with('/') && url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(account: &'static str, role: &'static str) -> SwitchRole<'static> {
        SwitchRole { account, role, ..SwitchRole::default() }
    }

    fn temporary() -> Credentials {
        Credentials::new("ASIAEXAMPLE", "sec/ret+").with_session_token("tok\"en==")
    }

    fn message_of<T>(result: Result<T, Error>) -> String {
        result.err().map(|error| error.message().to_owned()).unwrap_or_default()
    }

    #[test]
    fn a_switch_role_url_has_the_account_role_name_and_color() {
        let admin = SwitchRole {
            display_name: Some("Prod & admin"),
            color: Some("f2b0a9"),
            ..role("012345678901", "division/Admin@x")
        };
        assert_eq!(
            switch_role_url(&admin, "eu-central-1").expect("a URL"),
            "https://signin.aws.amazon.com/switchrole?account=012345678901&roleName=division%2FAdmin%40x\
             &displayName=Prod%20%26%20admin&color=f2b0a9"
        );
        for region in ["us-gov-west-1", "fips-us-gov-west-1", "us-gov-west-1-fips"] {
            assert_eq!(
                switch_role_url(&role("my-company", "Reader"), region).expect("a URL"),
                "https://signin.amazonaws-us-gov.com/switchrole?account=my-company&roleName=Reader"
            );
        }
    }

    #[test]
    fn invalid_roles_are_rejected() {
        for account in ["", "123", "1234567890123", "a", "-ab", "ab-", "a--b", "My-Company", "a&b"] {
            let role = SwitchRole { account, ..role("", "Reader") };
            assert!(message_of(switch_role_url(&role, "us-east-1")).starts_with("the account must"), "{account}");
        }
        for name in ["", "/", "a b", "a&b", "division/", "arn:aws:iam::012345678901:role/Admin", &"a".repeat(65)] {
            let role = SwitchRole { role: name, ..role("012345678901", "") };
            assert!(message_of(switch_role_url(&role, "us-east-1")).starts_with("the role must"), "{name}");
        }
        for color in ["", "red", "#f2b0a9", "f2b0ag"] {
            let role = SwitchRole { color: Some(color), ..role("012345678901", "Reader") };
            assert!(message_of(switch_role_url(&role, "us-east-1")).starts_with("the color must"), "{color}");
        }
        for name in ["", "a\nb", &"a".repeat(65)] {
            let role = SwitchRole { display_name: Some(name), ..role("012345678901", "Reader") };
            assert!(message_of(switch_role_url(&role, "us-east-1")).starts_with("the display name must"), "{name}");
        }
    }

    #[test]
    fn the_sign_in_token_is_requested_with_the_credentials_in_the_body() {
        let request =
            signin_token_request(&temporary(), Source::AssumeRole, Some(1800), "cn-north-1").expect("a request");
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "https://signin.amazonaws.cn/federation"));
        let body = String::from_utf8(request.body.clone()).expect("UTF-8");
        let session = body.strip_prefix("Action=getSigninToken&SessionDuration=1800&Session=").expect("a session");
        assert!(!session.contains(['+', ' ', '&', '"']), "{session}");
        let session = percent_encoding::percent_decode_str(session).decode_utf8().expect("UTF-8");
        let session: serde_json::Value = serde_json::from_str(&session).expect("JSON");
        assert_eq!(
            session,
            serde_json::json!({ "sessionId": "ASIAEXAMPLE", "sessionKey": "sec/ret+", "sessionToken": "tok\"en==" })
        );
        let shown = format!("{request:?}");
        assert!(!shown.contains("sec") && !shown.contains("tok"), "{shown}");
    }

    #[test]
    fn only_a_role_assumed_with_long_term_credentials_allows_a_session_duration() {
        let error = |source, duration| message_of(signin_token_request(&temporary(), source, duration, "us-east-1"));
        for source in [Source::AssumeRole, Source::RoleChaining, Source::GetFederationToken] {
            assert_eq!(error(source, None), "");
        }
        assert_eq!(error(Source::AssumeRole, Some(900)), "");
        assert_eq!(error(Source::AssumeRole, Some(43200)), "");
        assert!(error(Source::AssumeRole, Some(899)).contains("from 900 to 43,200"));
        assert!(error(Source::AssumeRole, Some(43201)).contains("from 900 to 43,200"));
        assert!(error(Source::RoleChaining, Some(900)).contains("role chaining"));
        assert!(error(Source::GetFederationToken, Some(900)).contains("GetFederationToken ends when they expire"));
        let long_term = Credentials::new("AKIA", "secret");
        let no_token = signin_token_request(&long_term, Source::AssumeRole, None, "us-east-1").expect_err("no token");
        assert_eq!(no_token.kind(), ErrorKind::Credentials);
    }

    #[test]
    fn the_login_url_opens_the_partitions_console() {
        assert_eq!(
            *login_url("t+k", Some("https://example.com/a?b"), None, "us-east-1").expect("a URL"),
            "https://signin.aws.amazon.com/federation?Action=login&Issuer=https%3A%2F%2Fexample.com%2Fa%3Fb\
             &Destination=https%3A%2F%2Fconsole.aws.amazon.com%2F&SigninToken=t%2Bk"
        );
        assert_eq!(
            *login_url("t", None, Some("https://eu-west-2.console.aws.amazon.com/s3"), "eu-west-2").expect("a URL"),
            "https://signin.aws.amazon.com/federation?Action=login\
             &Destination=https%3A%2F%2Feu-west-2.console.aws.amazon.com%2Fs3&SigninToken=t"
        );
        assert!(
            login_url("t", None, None, "eusc-de-east-1")
                .expect("a URL")
                .starts_with("https://eusc-de-east-1.signin.amazonaws-eusc.eu/federation?Action=login&Destination=")
        );
        for destination in [
            "",
            "http://console.aws.amazon.com/",
            "https://evil.example/",
            "https://evilconsole.aws.amazon.com/",
            "https://.console.aws.amazon.com/",
            "https://console.aws.amazon.com.evil.example/",
            "https://console.aws.amazon.com@evil.example/",
            "https://evil.example\\.console.aws.amazon.com/",
            "https://evil.example?.console.aws.amazon.com",
            "https://evil.example#.console.aws.amazon.com",
            "https://console.aws.amazon.com:8443/",
            "https://console.amazonaws.cn/",
            "https://console.aws.amazon.com/a b",
            "//console.aws.amazon.com/",
        ] {
            let message = message_of(login_url("t", None, Some(destination), "us-east-1"));
            assert!(message.starts_with("the destination must"), "{destination}");
        }
        for issuer in ["", "example.com", "javascript:alert(1)", "https://", "https:///a", "https://a b"] {
            assert!(
                message_of(login_url("t", Some(issuer), None, "us-east-1")).starts_with("the issuer must"),
                "{issuer}"
            );
        }
        assert_eq!(message_of(login_url("", None, None, "us-east-1")), "the sign-in token is missing");
    }

    #[test]
    fn partitions_without_a_public_console_are_an_error() {
        for region in ["us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1"] {
            let error = login_url("t", None, None, region).expect_err(region);
            assert_eq!((error.kind(), error.code()), (ErrorKind::Configuration, "NoPublicConsole"));
        }
    }
}
