//! Links into the AWS Management Console: switching to a role, and signing in with temporary credentials.
//!
//! Source: IAM User Guide, "Switching to a role (console)" and "Enabling custom identity broker access to the AWS
//! console"; AWS General Reference, "AWS Sign-In endpoints and quotas".

use std::borrow::Cow;

use percent_encoding::utf8_percent_encode;
use zeroize::Zeroizing;

use crate::endpoint::partition_of;
use crate::export::to_cli_json;
use crate::http::Request;
use crate::model::Value;
use crate::url::RESERVED;
use crate::{Credentials, Error, ErrorKind};

/// The role that a switch-role link leads to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SwitchRole<'a> {
    /// The account's id of 12 digits, or its alias.
    pub account: &'a str,
    /// The role's name, with its path where it has one: `division/Admin`. Not its ARN.
    pub role: &'a str,
    /// What the console calls the role, in up to 64 characters.
    pub display_name: Option<&'a str>,
    /// The colour that the console gives it, in six hexadecimal digits. The console has a few of its own, and changes
    /// them at times; it leaves out one that it does not have.
    pub color: Option<&'a str>,
}

/// A link on which somebody who is signed in to the console switches to a role. `region` tells the partition.
///
/// # Errors
/// [`ErrorKind::Validation`] for what cannot be an account, a role or a colour, and [`ErrorKind::Configuration`] for
/// partitions whose console has no public address.
pub fn switch_role_url(role: &SwitchRole<'_>, region: &str) -> Result<String, Error> {
    check(is_account(role.account), "the account must be an id of 12 digits or an account alias")?;
    check(is_role(role.role), "the role must be its name, after its path if it has one, and not its ARN")?;
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

/// Which call gave the temporary credentials: it decides whether a console session may outlive them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// An `AssumeRole*` call that was signed with long-term keys, or not signed at all.
    AssumeRole,
    /// An `AssumeRole` call that was signed with another role's credentials.
    RoleChaining,
    /// `GetFederationToken`.
    GetFederationToken,
}

/// The first step of signing in: the request whose JSON answer has the `SigninToken` for [`login_url`].
///
/// `duration` is how long the console session lasts, in seconds from 900 to 43200; without it, it ends with the
/// credentials. The keys are in the request's body. Browsers do not let a page read the answer; a server has to ask.
///
/// # Errors
/// [`ErrorKind::Validation`] if `duration` is out of range or `source` does not allow one, [`ErrorKind::Credentials`]
/// if the credentials are not temporary, and [`ErrorKind::Configuration`] for partitions whose console has no public
/// address.
pub fn signin_token_request(
    credentials: &Credentials,
    source: Source,
    duration: Option<u32>,
    region: &str,
) -> Result<Request, Error> {
    let url = federation(region)?;
    let Some(token) = credentials.session_token() else {
        let message = "signing in to the console takes the temporary credentials of a role or of GetFederationToken, \
                       and these have no session token";
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

/// The second step of signing in: the link that opens the console. Whoever has it is signed in, for the 15 minutes
/// that it works.
///
/// `signin_token` is the answer's `SigninToken`. `issuer` is the page that the console sends people to when their
/// session is over. `destination` is the console's page to open, and its home page if there is none.
///
/// # Errors
/// [`ErrorKind::Validation`] if `destination` is not a page of the partition's console over https, `issuer` not a web
/// page, or the token missing; [`ErrorKind::Configuration`] for partitions whose console has no public address.
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
        leads_to(destination, console),
        "the destination must be a page of the partition's own console, over https and without a port",
    )?;

    let mut url = Zeroizing::new(federation(region)?);
    url.reserve(64 + 3 * (signin_token.len() + destination.len() + issuer.map_or(0, str::len)));
    url.push_str("?Action=login");
    if let Some(issuer) = issuer {
        check(is_web_page(issuer), "the issuer must be a URL that begins with https:// or http://")?;
        append("&Issuer=", issuer, &mut url);
    }
    append("&Destination=", destination, &mut url);
    append("&SigninToken=", signin_token, &mut url);
    Ok(url)
}

/// Where people of a partition sign in, and where they work.
struct Hosts {
    partition: &'static str,
    sign_in: &'static str,
    console: &'static str,
}

static HOSTS: [Hosts; 4] = [
    Hosts { partition: "aws", sign_in: "signin.aws.amazon.com", console: "console.aws.amazon.com" },
    Hosts { partition: "aws-cn", sign_in: "signin.amazonaws.cn", console: "console.amazonaws.cn" },
    Hosts { partition: "aws-us-gov", sign_in: "signin.amazonaws-us-gov.com", console: "console.amazonaws-us-gov.com" },
    // The one partition whose sign-in has no address without a region; it has one region.
    Hosts {
        partition: "aws-eusc",
        sign_in: "eusc-de-east-1.signin.amazonaws-eusc.eu",
        console: "console.amazonaws-eusc.eu",
    },
];

fn hosts(region: &str) -> Result<&'static Hosts, Error> {
    let partition = partition_of(region).id;
    HOSTS.iter().find(|hosts| hosts.partition == partition).ok_or_else(|| {
        let message = ["the console of partition ", partition, " has no public address"].concat();
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
            "the duration of a console session must be from 900 to 43200 seconds",
        ),
        Source::RoleChaining => check(
            false,
            "a console session of a role that was assumed with another role's credentials ends with its credentials; \
             leave out the duration",
        ),
        Source::GetFederationToken => check(
            false,
            "a console session of GetFederationToken ends with its credentials; leave out the duration, and give \
             DurationSeconds to GetFederationToken",
        ),
    }
}

fn check(holds: bool, message: &str) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::new(ErrorKind::Validation, "InvalidConsoleLink", message)) }
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

/// Whether browsers that open `url` ask `host` or a host below it.
fn leads_to(url: &str, host: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://").filter(|_| is_web_page(url)) else { return false };
    let asked = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let below = asked.strip_suffix(host).is_some_and(|name| name.is_empty() || name.len() > 1 && name.ends_with('.'));
    below && asked.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte))
}

/// Browsers read a backslash as a slash and drop white space, so neither may stand in a URL.
fn is_web_page(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    !rest.is_empty() && !rest.starts_with('/') && url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(account: &'static str, role: &'static str) -> SwitchRole<'static> {
        SwitchRole { account, role, ..SwitchRole::default() }
    }

    fn keys() -> Credentials {
        Credentials::new("ASIAEXAMPLE", "sec/ret+").with_session_token("tok\"en==")
    }

    fn said<T>(result: Result<T, Error>) -> String {
        result.err().map(|error| error.message().to_owned()).unwrap_or_default()
    }

    #[test]
    fn a_link_to_switch_to_a_role() {
        let admin = SwitchRole {
            display_name: Some("Prod & admin"),
            color: Some("f2b0a9"),
            ..role("012345678901", "division/Admin@x")
        };
        assert_eq!(
            switch_role_url(&admin, "eu-central-1").expect("a link"),
            "https://signin.aws.amazon.com/switchrole?account=012345678901&roleName=division%2FAdmin%40x\
             &displayName=Prod%20%26%20admin&color=f2b0a9"
        );
        assert_eq!(
            switch_role_url(&role("my-company", "Reader"), "us-gov-west-1").expect("a link"),
            "https://signin.amazonaws-us-gov.com/switchrole?account=my-company&roleName=Reader"
        );
    }

    #[test]
    fn a_role_that_cannot_be_is_refused() {
        for account in ["", "123", "1234567890123", "a", "-ab", "ab-", "a--b", "My-Company", "a&b"] {
            let role = SwitchRole { account, ..role("", "Reader") };
            assert!(said(switch_role_url(&role, "us-east-1")).starts_with("the account must"), "{account}");
        }
        for name in ["", "/", "a b", "a&b", "division/", "arn:aws:iam::012345678901:role/Admin", &"a".repeat(65)] {
            let role = SwitchRole { role: name, ..role("012345678901", "") };
            assert!(said(switch_role_url(&role, "us-east-1")).starts_with("the role must"), "{name}");
        }
        for color in ["", "red", "#f2b0a9", "f2b0ag"] {
            let role = SwitchRole { color: Some(color), ..role("012345678901", "Reader") };
            assert!(said(switch_role_url(&role, "us-east-1")).starts_with("the color must"), "{color}");
        }
        for name in ["", "a\nb", &"a".repeat(65)] {
            let role = SwitchRole { display_name: Some(name), ..role("012345678901", "Reader") };
            assert!(said(switch_role_url(&role, "us-east-1")).starts_with("the display name must"), "{name}");
        }
    }

    #[test]
    fn the_sign_in_token_is_asked_for_with_the_keys_in_the_body() {
        let request = signin_token_request(&keys(), Source::AssumeRole, Some(1800), "cn-north-1").expect("a request");
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "https://signin.amazonaws.cn/federation"));
        let body = String::from_utf8(request.body.clone()).expect("text");
        let session = body.strip_prefix("Action=getSigninToken&SessionDuration=1800&Session=").expect("a session");
        assert!(!session.contains(['+', ' ', '&', '"']), "{session}");
        let session = percent_encoding::percent_decode_str(session).decode_utf8().expect("text");
        let session: serde_json::Value = serde_json::from_str(&session).expect("JSON");
        assert_eq!(
            session,
            serde_json::json!({ "sessionId": "ASIAEXAMPLE", "sessionKey": "sec/ret+", "sessionToken": "tok\"en==" })
        );
        let shown = format!("{request:?}");
        assert!(!shown.contains("sec") && !shown.contains("tok"), "{shown}");
    }

    #[test]
    fn only_a_role_of_long_term_keys_may_choose_the_sessions_duration() {
        let ask = |source, duration| said(signin_token_request(&keys(), source, duration, "us-east-1"));
        for source in [Source::AssumeRole, Source::RoleChaining, Source::GetFederationToken] {
            assert_eq!(ask(source, None), "");
        }
        assert_eq!(ask(Source::AssumeRole, Some(900)), "");
        assert_eq!(ask(Source::AssumeRole, Some(43200)), "");
        assert!(ask(Source::AssumeRole, Some(899)).contains("from 900 to 43200"));
        assert!(ask(Source::AssumeRole, Some(43201)).contains("from 900 to 43200"));
        assert!(ask(Source::RoleChaining, Some(900)).contains("another role's credentials"));
        assert!(ask(Source::GetFederationToken, Some(900)).contains("GetFederationToken ends"));
        let long_term = Credentials::new("AKIA", "secret");
        let error = signin_token_request(&long_term, Source::AssumeRole, None, "us-east-1").expect_err("no token");
        assert_eq!(error.kind(), ErrorKind::Credentials);
    }

    #[test]
    fn the_login_link_opens_the_partitions_own_console() {
        assert_eq!(
            *login_url("t+k", Some("https://example.com/a?b"), None, "us-east-1").expect("a link"),
            "https://signin.aws.amazon.com/federation?Action=login&Issuer=https%3A%2F%2Fexample.com%2Fa%3Fb\
             &Destination=https%3A%2F%2Fconsole.aws.amazon.com%2F&SigninToken=t%2Bk"
        );
        assert_eq!(
            *login_url("t", None, Some("https://eu-west-2.console.aws.amazon.com/s3"), "eu-west-2").expect("a link"),
            "https://signin.aws.amazon.com/federation?Action=login\
             &Destination=https%3A%2F%2Feu-west-2.console.aws.amazon.com%2Fs3&SigninToken=t"
        );
        assert!(
            login_url("t", None, None, "eusc-de-east-1")
                .expect("a link")
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
            let message = said(login_url("t", None, Some(destination), "us-east-1"));
            assert!(message.starts_with("the destination must"), "{destination}");
        }
        for issuer in ["", "example.com", "javascript:alert(1)", "https://", "https:///a", "https://a b"] {
            assert!(said(login_url("t", Some(issuer), None, "us-east-1")).starts_with("the issuer must"), "{issuer}");
        }
        assert_eq!(said(login_url("", None, None, "us-east-1")), "the sign-in token is missing");
    }

    #[test]
    fn consoles_without_a_public_address_are_told() {
        for region in ["us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1"] {
            let error = login_url("t", None, None, region).expect_err(region);
            assert_eq!((error.kind(), error.code()), (ErrorKind::Configuration, "NoPublicConsole"));
        }
    }
}
