//! Commands that set the environment variables of the AWS CLI and SDKs, quoted according to each shell's manual.
//!
//! Source: POSIX.1, "Shell Command Language", section 2.2.2; fish, "The fish language", "Quotes"; PowerShell,
//! `about_Quoting_Rules`; Windows, "cmd" and "set".

use zeroize::Zeroizing;

use super::{buffer_for, invalid};
use crate::timestamp::format_timestamp;
use crate::{Credentials, Error};

/// The syntax of a shell.
pub(super) struct Dialect {
    /// Text before the name, between name and value, and after the value of a variable to set.
    set: [&'static str; 3],
    /// Text before and after the name of a variable to unset.
    unset: [&'static str; 2],
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
    unset: ["unset ", "\n"],
    // Closes and reopens the quotes. Interactive bash expands ! and ^ in the second line of a quoted string.
    escape: |letter| if matches!(letter, '\'' | '!' | '^') { ["'\\", "'"] } else { ["", ""] },
    unwritable: |letter| letter == '\0',
    unwritable_message: " has a NUL character, which no environment variable can hold",
    max_length: usize::MAX,
};

pub(super) static FISH: Dialect = Dialect {
    set: ["set -gx ", " '", "'\n"],
    unset: ["set -e ", "\n"],
    escape: |letter| if matches!(letter, '\'' | '\\') { ["\\", ""] } else { ["", ""] },
    ..SH
};

pub(super) static POWERSHELL: Dialect = Dialect {
    set: ["$env:", " = '", "'\n"],
    unset: ["Remove-Item -ErrorAction Ignore Env:", "\n"],
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
    unset: ["set \"", "=\"\r\n"],
    escape: |_| ["", ""],
    // Batch files and the command line escape % and ! differently, and non-ASCII characters depend on the code page.
    unwritable: |letter| !matches!(letter, ' '..='~') || matches!(letter, '"' | '%' | '!'),
    unwritable_message: " has a quote, %, !, control or non-ASCII character, which cannot be escaped reliably in cmd",
    max_length: 8191,
};

/// Returns one command per variable.
pub(super) fn commands(credentials: &Credentials, dialect: &Dialect) -> Result<Zeroizing<String>, Error> {
    let expiration = credentials.expiration().map(format_timestamp);
    let variables = [
        ("AWS_ACCESS_KEY_ID", Some(credentials.access_key_id())),
        ("AWS_SECRET_ACCESS_KEY", Some(credentials.secret_access_key())),
        ("AWS_SESSION_TOKEN", credentials.session_token()),
        ("AWS_CREDENTIAL_EXPIRATION", expiration.as_deref()),
    ];
    let mut text = buffer_for(credentials);
    for (name, value) in variables {
        match value {
            Some(value) => set(name, value, dialect, &mut text)?,
            None => text.extend([dialect.unset[0], name, dialect.unset[1]]),
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
    for letter in value.chars() {
        let [before, after] = (dialect.escape)(letter);
        text.push_str(before);
        text.push(letter);
        text.push_str(after);
    }
    text.push_str(after_value);
    if text.len() - start > dialect.max_length {
        return Err(invalid(&[name, " exceeds the maximum line length of cmd"]));
    }
    Ok(())
}
