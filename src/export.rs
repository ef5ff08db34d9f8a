//! Credentials in the formats that shells, configuration files and other programs read.
//!
//! ```
//! use sts_web::Credentials;
//! use sts_web::export::{ExportOptions, Format, export};
//!
//! # fn main() -> Result<(), sts_web::Error> {
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
//! let options = ExportOptions { profile: "work", region: Some("eu-central-1"), ..ExportOptions::default() };
//! let profile = export(&credentials, Format::Ini, &options)?;
//! assert!(profile.starts_with("[work]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"));
//! # Ok(())
//! # }
//! ```
//!
//! Source: AWS CLI User Guide, "Configuring environment variables for the AWS CLI" and "Configuration and credential
//! file settings"; AWS SDKs and Tools Reference Guide, "Process credential provider".

mod code;
mod shell;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use zeroize::Zeroizing;

use crate::model::Value;
use crate::timestamp::format_timestamp;
use crate::{Credentials, Error, ErrorKind};

/// A format for credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// JSON as printed by `aws sts get-session-token`.
    Json,
    /// `export` commands for sh, bash and zsh.
    Sh,
    /// `set` commands for fish.
    Fish,
    /// `$env:` assignments for PowerShell.
    PowerShell,
    /// `set` commands for Windows cmd, both interactive and in batch files.
    Cmd,
    /// A profile for `~/.aws/credentials`.
    Ini,
    /// JSON as printed by a `credential_process` command.
    Process,
    /// A `.env` file.
    Env,
    /// A file for `docker run --env-file`.
    Docker,
    /// Commands for a step of GitHub Actions, which mask the values in logs and set them for the steps after it.
    GitHub,
    /// A Terraform `.tfvars` file, with the names of the AWS provider's arguments and the expiration as a comment.
    Terraform,
    /// The configuration of a client of the AWS SDK for JavaScript.
    JavaScript,
}

/// Options of [`export`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an input, which ends in `..Default::default()`")]
pub struct ExportOptions<'a> {
    /// Name of the profile in [`Format::Ini`]. Default: `default`.
    pub profile: &'a str,
    /// Region to use the credentials in. [`Format::Json`] and [`Format::Process`] cannot represent it.
    pub region: Option<&'a str>,
    /// Custom endpoint to use the credentials with. [`Format::Json`] and [`Format::Process`] cannot represent it.
    pub endpoint: Option<&'a str>,
}

impl Default for ExportOptions<'_> {
    fn default() -> Self {
        Self { profile: "default", region: None, endpoint: None }
    }
}

/// Parses the name of a format: `json`, `sh`, `fish`, `powershell`, `cmd`, `ini`, `process`, `env`, `docker`, `github`,
/// `terraform` or `javascript`.
impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Ok(match name {
            "json" => Self::Json,
            "sh" => Self::Sh,
            "fish" => Self::Fish,
            "powershell" => Self::PowerShell,
            "cmd" => Self::Cmd,
            "ini" => Self::Ini,
            "process" => Self::Process,
            "env" => Self::Env,
            "docker" => Self::Docker,
            "github" => Self::GitHub,
            "terraform" => Self::Terraform,
            "javascript" => Self::JavaScript,
            _ => {
                return Err(invalid(&[
                    "the format must be sh, fish, powershell, cmd, ini, process, json, env, docker, \
                                      github, terraform or javascript",
                ]));
            }
        })
    }
}

/// The name that [`FromStr`] parses.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Json => "json",
            Self::Sh => "sh",
            Self::Fish => "fish",
            Self::PowerShell => "powershell",
            Self::Cmd => "cmd",
            Self::Ini => "ini",
            Self::Process => "process",
            Self::Env => "env",
            Self::Docker => "docker",
            Self::GitHub => "github",
            Self::Terraform => "terraform",
            Self::JavaScript => "javascript",
        })
    }
}

/// Formats `credentials`, with a line break at the end of every line.
///
/// The formats for shells unset variables that would otherwise interfere: `AWS_SESSION_TOKEN` and
/// `AWS_CREDENTIAL_EXPIRATION` if the credentials have none, and `AWS_PROFILE`, which some SDKs prefer to an access key. An
/// INI profile contains the expiration as `x_security_token_expires`, which the SDKs ignore.
///
/// # Errors
/// [`ErrorKind::Validation`] if the access key ID or the secret access key is empty, if an option is invalid, or if the
/// format cannot represent a value. The message does not contain the value.
pub fn export(
    credentials: &Credentials,
    format: Format,
    options: &ExportOptions<'_>,
) -> Result<Zeroizing<String>, Error> {
    if credentials.access_key_id().is_empty() || credentials.secret_access_key().is_empty() {
        return Err(invalid(&["the credentials must have an access key ID and a secret access key"]));
    }
    check_options(options)?;
    match format {
        Format::Json => {
            let credentials = Value::Structure(members(credentials));
            to_cli_json(&Value::Structure(vec![(Cow::Borrowed("Credentials"), credentials)]))
        }
        Format::Process => to_cli_json(&process(credentials)),
        Format::Ini => ini(credentials, options),
        Format::Sh => shell::commands(credentials, options, &shell::SH),
        Format::Fish => shell::commands(credentials, options, &shell::FISH),
        Format::PowerShell => shell::commands(credentials, options, &shell::POWERSHELL),
        Format::Cmd => shell::commands(credentials, options, &shell::CMD),
        Format::Env => shell::commands(credentials, options, &shell::ENV),
        Format::Docker => shell::commands(credentials, options, &shell::DOCKER),
        Format::GitHub => {
            let commands = shell::commands(credentials, options, &shell::GITHUB)?;
            let masks = shell::github_masks(credentials);
            Ok(Zeroizing::new([masks.as_str(), commands.as_str()].concat()))
        }
        Format::Terraform => Ok(code::terraform(credentials, options)),
        Format::JavaScript => Ok(code::javascript(credentials, options)),
    }
}

/// Serializes `value` as the AWS CLI prints a response with `--output json`: indented by four spaces, without escapes
/// for non-ASCII characters, and with a line break at the end.
///
/// # Errors
/// [`ErrorKind::Validation`] if JSON cannot represent the value, e.g. a map whose keys are not strings.
pub fn to_cli_json<T: Serialize + ?Sized>(value: &T) -> Result<Zeroizing<String>, Error> {
    // Enough capacity from the start: a reallocation would leave copies of secrets in memory.
    let mut json = Vec::with_capacity(16 * 1024);
    let mut serializer = Serializer::with_formatter(&mut json, PrettyFormatter::with_indent(b"    "));
    let not_json = || invalid(&["JSON cannot represent the value"]);
    value.serialize(&mut serializer).map_err(|_| not_json())?;
    json.push(b'\n');
    String::from_utf8(json).map(Zeroizing::new).map_err(|_| not_json())
}

/// Formats a time with `Z` for UTC.
fn zulu(time: SystemTime) -> String {
    let mut text = format_timestamp(time);
    text.truncate(text.len() - "+00:00".len());
    text.push('Z');
    text
}

fn members(credentials: &Credentials) -> Vec<(Cow<'static, str>, Value)> {
    let mut members = vec![
        (Cow::Borrowed("AccessKeyId"), Value::text(credentials.access_key_id())),
        (Cow::Borrowed("SecretAccessKey"), Value::text(credentials.secret_access_key())),
    ];
    members.extend(credentials.session_token().map(|token| (Cow::Borrowed("SessionToken"), Value::text(token))));
    members.extend(credentials.expiration().map(|time| (Cow::Borrowed("Expiration"), Value::Timestamp(time))));
    members
}

fn process(credentials: &Credentials) -> Value {
    let mut all = vec![(Cow::Borrowed("Version"), Value::Integer(1))];
    // Some SDKs do not parse an offset. All of them parse Z.
    all.extend(members(credentials).into_iter().map(|(name, value)| match value {
        Value::Timestamp(time) => (name, Value::text(zulu(time))),
        value => (name, value),
    }));
    Value::Structure(all)
}

fn ini(credentials: &Credentials, options: &ExportOptions<'_>) -> Result<Zeroizing<String>, Error> {
    check_profile(options.profile)?;
    let mut text = buffer_for(credentials);
    text.extend(["[", options.profile, "]\n"]);
    let expiration = credentials.expiration().map(format_timestamp);
    let settings = [
        ("aws_access_key_id", Some(credentials.access_key_id())),
        ("aws_secret_access_key", Some(credentials.secret_access_key())),
        ("aws_session_token", credentials.session_token()),
        // The name that saml2aws and gimme-aws-creds use. The SDKs ignore it.
        ("x_security_token_expires", expiration.as_deref()),
        ("region", options.region),
        ("endpoint_url", options.endpoint),
    ];
    for (name, value) in settings {
        let Some(value) = value else { continue };
        // Parsers trim whitespace, and may read the rest of the line as a comment.
        let unwritable = |letter: char| letter.is_whitespace() || letter.is_control();
        if value.is_empty() || value.starts_with(['#', ';']) || value.contains(unwritable) {
            return Err(invalid(&[
                name,
                " is empty, begins with # or ;, or has white space or a control character, \
                 which a credentials file cannot represent",
            ]));
        }
        text.extend([name, " = ", value, "\n"]);
    }
    Ok(text)
}

/// Allows the characters that every SDK accepts in an unquoted profile name.
fn check_profile(profile: &str) -> Result<(), Error> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./%@:+".contains(&byte);
    if profile.is_empty() || !profile.bytes().all(allowed) {
        return Err(invalid(&[
            "the profile name must consist of letters, digits and _ - . / % @ : +, and must not be empty",
        ]));
    }
    Ok(())
}

fn check_options(options: &ExportOptions<'_>) -> Result<(), Error> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let is_region = |region: &str| !region.is_empty() && region.bytes().all(is_word);
    if !options.region.is_none_or(is_region) {
        return Err(invalid(&["the region must have only letters, digits and -"]));
    }
    let is_url = |url: &str| {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
        !rest.is_empty() && rest.bytes().all(|byte| is_word(byte) || b".:/[]".contains(&byte))
    };
    if !options.endpoint.is_none_or(is_url) {
        return Err(invalid(&["the endpoint must be a URL such as https://sts.example.org"]));
    }
    Ok(())
}

/// Returns a buffer with four bytes of capacity per byte of the values, since a reallocation would leave copies of
/// secrets in memory.
fn buffer_for(credentials: &Credentials) -> Zeroizing<String> {
    let token = credentials.session_token().map_or(0, str::len);
    let values = credentials.access_key_id().len() + credentials.secret_access_key().len() + token;
    Zeroizing::new(String::with_capacity(4096 + 4 * values))
}

fn invalid(message: &[&str]) -> Error {
    Error::new(ErrorKind::Validation, "CannotExport", message.concat())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn temporary() -> Credentials {
        Credentials::new("ASIAEXAMPLE", "wJalr/K7+E=")
            .with_session_token("FwoG/+==")
            .with_expiration(UNIX_EPOCH + Duration::from_secs(1_795_460_400))
    }

    fn exported(format: Format) -> String {
        let options = ExportOptions { profile: "work", ..ExportOptions::default() };
        export(&temporary(), format, &options).expect("an export").to_string()
    }

    #[test]
    fn json_is_the_output_of_get_session_token() {
        assert_eq!(
            exported(Format::Json),
            "{\n    \"Credentials\": {\n        \"AccessKeyId\": \"ASIAEXAMPLE\",\n        \
             \"SecretAccessKey\": \"wJalr/K7+E=\",\n        \"SessionToken\": \"FwoG/+==\",\n        \
             \"Expiration\": \"2026-11-23T19:00:00+00:00\"\n    }\n}\n"
        );
    }

    #[test]
    fn credential_process_output_starts_with_the_version() {
        assert_eq!(
            exported(Format::Process),
            "{\n    \"Version\": 1,\n    \"AccessKeyId\": \"ASIAEXAMPLE\",\n    \
             \"SecretAccessKey\": \"wJalr/K7+E=\",\n    \"SessionToken\": \"FwoG/+==\",\n    \
             \"Expiration\": \"2026-11-23T19:00:00Z\"\n}\n"
        );
    }

    #[test]
    fn ini_is_a_profile_of_the_credentials_file() {
        assert_eq!(
            exported(Format::Ini),
            "[work]\naws_access_key_id = ASIAEXAMPLE\naws_secret_access_key = wJalr/K7+E=\n\
             aws_session_token = FwoG/+==\nx_security_token_expires = 2026-11-23T19:00:00+00:00\n"
        );
        let long_term = Credentials::new("AKIA", "secret");
        let long_term = export(&long_term, Format::Ini, &ExportOptions::default()).expect("an export");
        assert_eq!(*long_term, "[default]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n");
    }

    #[test]
    fn values_that_a_credentials_file_cannot_represent_are_rejected_without_being_shown() {
        for secret in ["a b", "a\nb", "a\rb", "#a", ";a", "a\u{2028}b", "a\u{1c}b"] {
            let error =
                export(&Credentials::new("AKIA", secret), Format::Ini, &ExportOptions::default()).expect_err(secret);
            assert_eq!(error.kind(), ErrorKind::Validation);
            assert!(error.message().starts_with("aws_secret_access_key is empty, begins with"), "{error}");
        }
        for profile in ["", "a]", "a b", "[a", "a\nb", "#", "é"] {
            let options = ExportOptions { profile, ..ExportOptions::default() };
            let error = export(&temporary(), Format::Ini, &options).expect_err(profile);
            assert!(error.message().starts_with("the profile name must"), "{error}");
        }
    }

    #[test]
    fn formats_are_parsed_from_their_name() {
        for (name, format) in [
            ("json", Format::Json),
            ("sh", Format::Sh),
            ("fish", Format::Fish),
            ("powershell", Format::PowerShell),
            ("cmd", Format::Cmd),
            ("ini", Format::Ini),
            ("process", Format::Process),
            ("env", Format::Env),
            ("docker", Format::Docker),
            ("github", Format::GitHub),
            ("terraform", Format::Terraform),
            ("javascript", Format::JavaScript),
        ] {
            assert_eq!(name.parse::<Format>().ok(), Some(format));
            assert_eq!(format.to_string(), name);
        }
        assert!("bash".parse::<Format>().is_err_and(|error| error.message().contains("must be sh, fish")));
    }
}
