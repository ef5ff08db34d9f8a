//! The environment variables of the AWS CLI and SDKs: commands for shells, and files.
//!
//! Source: POSIX.1, "Shell Command Language", section 2.2.2; fish, "The fish language", "Quotes"; PowerShell,
//! `about_Quoting_Rules`; Windows, "cmd" and "set"; Docker, "docker container run", "--env-file"; GitHub Actions,
//! "Workflow commands".

use zeroize::Zeroizing;

use super::{ExportOptions, buffer_for, invalid};
use crate::timestamp::format_timestamp;
use crate::{Credentials, Error};

/// The syntax of a shell.
pub(super) struct Dialect {
    /// Text before the name, between name and value, and after the value of a variable to set.
    set: [&'static str; 3],
    /// Text before and after the name of a variable to unset; `None` if the format cannot unset variables.
    unset: Option<[&'static str; 2]>,
    /// Text before and after the value if it needs quotes.
    quotes: [&'static str; 2],
    /// Whether a value needs no `quotes`.
    plain: fn(&str) -> bool,
    /// Text before and after a character inside quotes, to escape it.
    escape: fn(char) -> [&'static str; 2],
    /// Whether quoting cannot represent a character.
    unwritable: fn(char) -> bool,
    /// Error message for such a character, after the variable's name.
    unwritable_message: &'static str,
    /// Maximum length of a command, in bytes.
    max_length: usize,
}

pub(super) static SH: Dialect = Dialect {
    set: ["export ", "='", "'\n"],
    unset: Some(["unset ", "\n"]),
    quotes: ["", ""],
    plain: |_| true,
    // Closes and reopens the quotes. Interactive bash expands ! and ^ in the second line of a quoted string.
    escape: |letter| if matches!(letter, '\'' | '!' | '^') { ["'\\", "'"] } else { ["", ""] },
    unwritable: |letter| letter == '\0',
    unwritable_message: " has a NUL character, which no environment variable can hold",
    max_length: usize::MAX,
};

pub(super) static FISH: Dialect = Dialect {
    set: ["set -gx ", " '", "'\n"],
    unset: Some(["set -e ", "\n"]),
    escape: |letter| if matches!(letter, '\'' | '\\') { ["\\", ""] } else { ["", ""] },
    ..SH
};

pub(super) static POWERSHELL: Dialect = Dialect {
    set: ["$env:", " = '", "'\n"],
    unset: Some(["Remove-Item -ErrorAction Ignore Env:", "\n"]),
    // PowerShell treats typographic quotes like straight ones. Doubling escapes them.
    escape: |letter| match letter {
        '\'' => ["'", ""],
        '\u{2018}' => ["\u{2018}", ""],
        '\u{2019}' => ["\u{2019}", ""],
        '\u{201a}' => ["\u{201a}", ""],
        '\u{201b}' => ["\u{201b}", ""],
        _ => ["", ""],
    },
    ..SH
};

pub(super) static CMD: Dialect = Dialect {
    set: ["set \"", "=", "\"\r\n"],
    unset: Some(["set \"", "=\"\r\n"]),
    escape: |_| ["", ""],
    // Batch files and the command line escape % and ! differently, and non-ASCII characters depend on the code page.
    unwritable: |letter| !matches!(letter, ' '..='~') || matches!(letter, '"' | '%' | '!'),
    unwritable_message: " has a quote, %, !, control or non-ASCII character, which cannot be escaped reliably in cmd",
    max_length: 8191,
    ..SH
};

/// A `.env` file.
pub(super) static ENV: Dialect = Dialect {
    set: ["", "=", "\n"],
    unset: None,
    // Programs disagree about the rest of the syntax, but all of them support unquoted and single-quoted values.
    quotes: ["'", "'"],
    plain: |value| value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./+=:@%,-".contains(&byte)),
    escape: |_| ["", ""],
    unwritable: |letter| letter.is_control() || matches!(letter, '\'' | '\\'),
    unwritable_message: " has a single quote, backslash or control character, which some programs reject in a .env file",
    ..SH
};

/// A file for `docker run --env-file`: everything up to the end of the line is the value, quotes included.
pub(super) static DOCKER: Dialect = Dialect {
    set: ["", "=", "\n"],
    unset: None,
    escape: |_| ["", ""],
    unwritable: |letter| matches!(letter, '\0' | '\r' | '\n'),
    unwritable_message: " has a line break or a NUL character, which a line of an environment file cannot represent",
    ..SH
};

/// Commands for a step of GitHub Actions that set variables for the steps after it.
pub(super) static GITHUB: Dialect =
    Dialect { set: ["printf '%s\\n' '", "=", "' >> \"$GITHUB_ENV\"\n"], escape: SH.escape, ..DOCKER };

/// Returns commands that replace the credentials by asterisks in the logs of GitHub Actions.
pub(super) fn github_masks(credentials: &Credentials) -> Zeroizing<String> {
    let mut text = buffer_for(credentials);
    let values =
        [Some(credentials.access_key_id()), Some(credentials.secret_access_key()), credentials.session_token()];
    for value in values.into_iter().flatten().filter(|value| !value.is_empty()) {
        text.push_str("printf '%s\\n' '::add-mask::");
        for letter in value.chars() {
            match letter {
                '%' => text.push_str("%25"),
                letter => {
                    let [before, after] = (GITHUB.escape)(letter);
                    text.push_str(before);
                    text.push(letter);
                    text.push_str(after);
                }
            }
        }
        text.push_str("'\n");
    }
    text
}

/// Returns one command per variable.
pub(super) fn commands(
    credentials: &Credentials,
    options: &ExportOptions<'_>,
    dialect: &Dialect,
) -> Result<Zeroizing<String>, Error> {
    let expiration = credentials.expiration().map(format_timestamp);
    let variables = [
        ("AWS_ACCESS_KEY_ID", Some(credentials.access_key_id())),
        ("AWS_SECRET_ACCESS_KEY", Some(credentials.secret_access_key())),
        ("AWS_SESSION_TOKEN", credentials.session_token()),
        ("AWS_CREDENTIAL_EXPIRATION", expiration.as_deref()),
    ];
    // Most SDKs read AWS_REGION. Version 1 of the AWS CLI and boto3 read AWS_DEFAULT_REGION.
    let settings = [
        ("AWS_REGION", options.region),
        ("AWS_DEFAULT_REGION", options.region),
        ("AWS_ENDPOINT_URL", options.endpoint),
    ];
    // Some SDKs prefer a profile to the access key in the environment.
    let leftover = [("AWS_PROFILE", None)];
    let mut text = buffer_for(credentials);
    let settings = settings.into_iter().filter(|(_, value)| value.is_some());
    for (name, value) in variables.into_iter().chain(settings).chain(leftover) {
        match (value, dialect.unset) {
            (Some(value), _) => set(name, value, dialect, &mut text)?,
            (None, Some([before, after])) => text.extend([before, name, after]),
            (None, None) => {}
        }
    }
    Ok(text)
}

fn set(name: &str, value: &str, dialect: &Dialect, text: &mut String) -> Result<(), Error> {
    if value.contains(dialect.unwritable) {
        return Err(invalid(&[name, dialect.unwritable_message]));
    }
    let start = text.len();
    let [before_name, before_value, after_value] = dialect.set;
    text.extend([before_name, name, before_value]);
    let [open, close] = if (dialect.plain)(value) { ["", ""] } else { dialect.quotes };
    text.push_str(open);
    for letter in value.chars() {
        let [before, after] = (dialect.escape)(letter);
        text.push_str(before);
        text.push(letter);
        text.push_str(after);
    }
    text.extend([close, after_value]);
    if text.len() - start > dialect.max_length {
        return Err(invalid(&[name, " exceeds the maximum line length of cmd"]));
    }
    Ok(())
}
