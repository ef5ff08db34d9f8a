//! Credentials in the forms that shells, files and other programs read.
//!
//! Source: AWS CLI User Guide, "Configuring environment variables for the AWS CLI" and "Configuration and credential
//! file settings"; AWS SDKs and Tools Reference Guide, "Process credential provider".

mod shell;

use std::borrow::Cow;
use std::str::FromStr;
use std::time::SystemTime;

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use zeroize::Zeroizing;

use crate::model::Value;
use crate::timestamp::format_timestamp;
use crate::{Credentials, Error, ErrorKind};

/// A form that credentials can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// What `aws sts get-session-token` prints.
    Json,
    /// `export` lines for sh, bash, zsh and their kin.
    Sh,
    /// `set` lines for fish.
    Fish,
    /// `$env:` lines for PowerShell.
    PowerShell,
    /// `set` lines for Windows' cmd, at its prompt and in batch files.
    Cmd,
    /// A profile of `~/.aws/credentials`.
    Ini,
    /// What a `credential_process` command has to print.
    Process,
}

/// Reads `json`, `sh`, `fish`, `powershell`, `cmd`, `ini` or `process`.
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
            _ => return Err(refused(&["the format must be json, sh, fish, powershell, cmd, ini or process"])),
        })
    }
}

/// Writes `credentials` as `format`, each line with its end. `profile` is the name of the ini profile; the other
/// formats have no use for it.
///
/// The lines for shells also unset `AWS_SESSION_TOKEN` and `AWS_CREDENTIAL_EXPIRATION` where the credentials have
/// none, since those of other credentials would spoil them. An ini profile has its expiration in a comment.
///
/// # Errors
/// [`ErrorKind::Validation`] if a value has something that the format has no way to write, or if the profile's name
/// is not one. The message does not show the value.
pub fn export(credentials: &Credentials, format: Format, profile: &str) -> Result<Zeroizing<String>, Error> {
    match format {
        Format::Json => {
            let credentials = Value::Structure(members(credentials));
            to_cli_json(&Value::Structure(vec![(Cow::Borrowed("Credentials"), credentials)]))
        }
        Format::Process => to_cli_json(&process(credentials)),
        Format::Ini => ini(credentials, profile),
        Format::Sh => shell::lines(credentials, &shell::SH),
        Format::Fish => shell::lines(credentials, &shell::FISH),
        Format::PowerShell => shell::lines(credentials, &shell::POWERSHELL),
        Format::Cmd => shell::lines(credentials, &shell::CMD),
    }
}

/// Writes `value` as the AWS CLI prints an answer with `--output json`: four spaces for each level, characters beyond
/// ASCII as they are, one line end after all.
///
/// # Errors
/// [`ErrorKind::Validation`] if the value is not one that JSON has, as a map whose keys are not text.
pub fn to_cli_json<T: Serialize + ?Sized>(value: &T) -> Result<Zeroizing<String>, Error> {
    // Growing would leave copies of the keys behind, so there is room from the start.
    let mut json = Vec::with_capacity(16 * 1024);
    let mut serializer = Serializer::with_formatter(&mut json, PrettyFormatter::with_indent(b"    "));
    let not_json = || refused(&["the value cannot be written as JSON"]);
    value.serialize(&mut serializer).map_err(|_| not_json())?;
    json.push(b'\n');
    String::from_utf8(json).map(Zeroizing::new).map_err(|_| not_json())
}

/// A time with `Z` for UTC.
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
    // Not every SDK that runs the command reads an offset; all read Z.
    all.extend(members(credentials).into_iter().map(|(name, value)| match value {
        Value::Timestamp(time) => (name, Value::text(zulu(time))),
        value => (name, value),
    }));
    Value::Structure(all)
}

fn ini(credentials: &Credentials, profile: &str) -> Result<Zeroizing<String>, Error> {
    check_profile(profile)?;
    let mut text = room_for(credentials);
    text.extend(["[", profile, "]\n"]);
    if let Some(time) = credentials.expiration() {
        text.extend(["# Expires ", &format_timestamp(time), "\n"]);
    }
    let values = [
        ("aws_access_key_id", Some(credentials.access_key_id())),
        ("aws_secret_access_key", Some(credentials.secret_access_key())),
        ("aws_session_token", credentials.session_token()),
    ];
    for (name, value) in values {
        let Some(value) = value else { continue };
        // White space is trimmed, and what follows it may be read as a comment.
        let unwritable = |letter: char| letter.is_whitespace() || letter.is_control();
        if value.is_empty() || value.starts_with(['#', ';']) || value.contains(unwritable) {
            return Err(refused(&[
                name,
                " is empty, begins with # or ;, or has white space or a control character, \
                 which a credentials file has no way to write",
            ]));
        }
        text.extend([name, " = ", value, "\n"]);
    }
    Ok(text)
}

/// The letters that every SDK takes in a profile's name without quotes.
fn check_profile(profile: &str) -> Result<(), Error> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./%@:+".contains(&byte);
    if profile.is_empty() || !profile.bytes().all(allowed) {
        return Err(refused(&[
            "the profile's name may have only letters, digits and _ - . / % @ : +, and must have one",
        ]));
    }
    Ok(())
}

/// Room for the values even if each of their bytes needs four: growing would leave copies of the keys behind.
fn room_for(credentials: &Credentials) -> Zeroizing<String> {
    let token = credentials.session_token().map_or(0, str::len);
    let values = credentials.access_key_id().len() + credentials.secret_access_key().len() + token;
    Zeroizing::new(String::with_capacity(1024 + 4 * values))
}

fn refused(words: &[&str]) -> Error {
    Error::new(ErrorKind::Validation, "CannotExport", words.concat())
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

    fn written(format: Format) -> String {
        export(&temporary(), format, "work").expect("an export").to_string()
    }

    #[test]
    fn json_is_what_get_session_token_prints() {
        assert_eq!(
            written(Format::Json),
            "{\n    \"Credentials\": {\n        \"AccessKeyId\": \"ASIAEXAMPLE\",\n        \
             \"SecretAccessKey\": \"wJalr/K7+E=\",\n        \"SessionToken\": \"FwoG/+==\",\n        \
             \"Expiration\": \"2026-11-23T19:00:00+00:00\"\n    }\n}\n"
        );
    }

    #[test]
    fn a_credential_process_prints_its_version_first() {
        assert_eq!(
            written(Format::Process),
            "{\n    \"Version\": 1,\n    \"AccessKeyId\": \"ASIAEXAMPLE\",\n    \
             \"SecretAccessKey\": \"wJalr/K7+E=\",\n    \"SessionToken\": \"FwoG/+==\",\n    \
             \"Expiration\": \"2026-11-23T19:00:00Z\"\n}\n"
        );
    }

    #[test]
    fn a_profile_of_the_credentials_file() {
        assert_eq!(
            written(Format::Ini),
            "[work]\n# Expires 2026-11-23T19:00:00+00:00\naws_access_key_id = ASIAEXAMPLE\n\
             aws_secret_access_key = wJalr/K7+E=\naws_session_token = FwoG/+==\n"
        );
        let long_term = export(&Credentials::new("AKIA", "secret"), Format::Ini, "default").expect("an export");
        assert_eq!(*long_term, "[default]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n");
    }

    #[test]
    fn what_a_credentials_file_cannot_hold_is_refused_without_being_shown() {
        for secret in ["", " a", "a ", "a b", "a\nb", "a\r", "#a", ";a", "a\u{2028}b", "a\u{1c}b"] {
            let error = export(&Credentials::new("AKIA", secret), Format::Ini, "work").expect_err(secret);
            assert_eq!(error.kind(), ErrorKind::Validation);
            assert!(error.message().starts_with("aws_secret_access_key is empty, begins with"), "{error}");
        }
        for profile in ["", "a]", "a b", "[a", "a\nb", "#", "é"] {
            let error = export(&temporary(), Format::Ini, profile).expect_err(profile);
            assert!(error.message().starts_with("the profile's name may have"), "{error}");
        }
    }

    #[test]
    fn formats_are_known_by_name() {
        for (name, format) in [
            ("json", Format::Json),
            ("sh", Format::Sh),
            ("fish", Format::Fish),
            ("powershell", Format::PowerShell),
            ("cmd", Format::Cmd),
            ("ini", Format::Ini),
            ("process", Format::Process),
        ] {
            assert_eq!(name.parse::<Format>().ok(), Some(format));
        }
        assert!("bash".parse::<Format>().is_err_and(|error| error.message().contains("must be json, sh, fish")));
    }
}
