//! Lines that set the environment variables of the AWS CLI and SDKs, quoted as each shell's manual says.
//!
//! Source: POSIX.1, "Shell Command Language", section 2.2.2; fish, "The fish language", "Quotes"; PowerShell,
//! `about_Quoting_Rules`; Windows, "cmd" and "set".

use zeroize::Zeroizing;

use super::{refused, room_for};
use crate::timestamp::format_timestamp;
use crate::{Credentials, Error};

/// How a shell sets a variable.
pub(super) struct Dialect {
    /// What stands before the name, between name and value, and after the value.
    set: [&'static str; 3],
    /// What stands before and after the name of a variable that is to go.
    unset: [&'static str; 2],
    /// What a character needs before and after it, inside the quotes.
    escape: fn(char) -> [&'static str; 2],
    /// What no quoting can write.
    unwritable: fn(char) -> bool,
    /// The same, in words.
    unwritable_words: &'static str,
    /// How many bytes a line may have.
    longest_line: usize,
}

pub(super) static SH: Dialect = Dialect {
    set: ["export ", "='", "'\n"],
    unset: ["unset ", "\n"],
    // The quotes are closed, and opened again. At the prompt, bash expands ! and ^ on the second line of quoted text.
    escape: |letter| if matches!(letter, '\'' | '!' | '^') { ["'\\", "'"] } else { ["", ""] },
    unwritable: |letter| letter == '\0',
    unwritable_words: " has a NUL character, which no environment variable can hold",
    longest_line: usize::MAX,
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
    // PowerShell takes typographic quotes for straight ones. Each is doubled.
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
    // Percent and exclamation marks are escaped otherwise in batch files than at the prompt, and letters beyond ASCII
    // are read by whatever code page is set.
    unwritable: |letter| !matches!(letter, ' '..='~') || matches!(letter, '"' | '%' | '!'),
    unwritable_words: " has a quote, %, !, control character or letter beyond ASCII, which cmd has no sure way to write",
    longest_line: 8191,
};

/// One line for each variable.
pub(super) fn lines(credentials: &Credentials, dialect: &Dialect) -> Result<Zeroizing<String>, Error> {
    let expiration = credentials.expiration().map(format_timestamp);
    let variables = [
        ("AWS_ACCESS_KEY_ID", Some(credentials.access_key_id())),
        ("AWS_SECRET_ACCESS_KEY", Some(credentials.secret_access_key())),
        ("AWS_SESSION_TOKEN", credentials.session_token()),
        ("AWS_CREDENTIAL_EXPIRATION", expiration.as_deref()),
    ];
    let mut text = room_for(credentials);
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
        return Err(refused(&[name, dialect.unwritable_words]));
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
    if text.len() - start > dialect.longest_line {
        return Err(refused(&[name, " is longer than a line of cmd may be"]));
    }
    Ok(())
}
