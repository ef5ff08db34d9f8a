//! Profiles in the AWS CLI's files, and the roles that they assume.
//!
//! ```
//! use sts_web::provider::profile::Profiles;
//!
//! let config = "[profile work]\nrole_arn = arn:aws:iam::123456789012:role/work\nsource_profile = default\n";
//! let credentials = "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n";
//! let chain = Profiles::parse(credentials, config)?.chain("work")?;
//! assert_eq!(chain.credentials.access_key_id(), "AKIAEXAMPLE");
//! assert_eq!(chain.roles[0].role_arn, "arn:aws:iam::123456789012:role/work");
//! # Ok::<(), sts_web::Error>(())
//! ```
//!
//! A client for the profile that the AWS CLI would use, with its region and role credentials that are refreshed:
//!
//! ```no_run
//! # #[cfg(feature = "reqwest")] {
//! use std::env;
//!
//! use sts_web::provider::profile::Profiles;
//! use sts_web::transport::Reqwest;
//! use sts_web::{Client, Config};
//!
//! let profile = env::var("AWS_PROFILE").unwrap_or_else(|_| "default".into());
//! let profiles = Profiles::read()?;
//! let config = Config::new(profiles.setting(&profile, "region").unwrap_or("us-east-1"));
//! let transport = Reqwest::new()?;
//! let provider = profiles.chain(&profile)?.into_provider(&config, &transport)?;
//! let client = Client::with(config, Some(provider), transport)?;
//! # }
//! # Ok::<(), sts_web::Error>(())
//! ```
//!
//! Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files" and "Assume role credential
//! provider"; Python's documentation, "configparser".

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::{env, fmt, fs, io};

use super::{ProvideCredentials, assume_role};
use crate::client::Config;
use crate::model::AssumeRoleInput;
use crate::transport::Transport;
use crate::{Client, Credentials, Error, ErrorKind, Secret};

/// The profiles in the credentials file and the config file. `Debug` shows only their names.
#[derive(Clone)]
pub struct Profiles(BTreeMap<String, Settings>);

type Settings = BTreeMap<String, Secret>;

const DEFAULT: &str = "default";
const ACCESS_KEY_ID: &str = "aws_access_key_id";
const SECRET_ACCESS_KEY: &str = "aws_secret_access_key";
/// The name of the session token, and its older name.
const SESSION_TOKENS: [&str; 2] = ["aws_session_token", "aws_security_token"];

/// The credentials that a profile's role chain starts with, and the roles to assume one after another.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Chain {
    /// Credentials to assume the first role with.
    pub credentials: Credentials,
    /// Roles, in the order in which they are assumed. Empty if the profile itself contains credentials.
    pub roles: Vec<AssumeRoleInput>,
}

impl Profiles {
    /// Reads the files that the AWS CLI reads: `~/.aws/credentials` or `AWS_SHARED_CREDENTIALS_FILE`, and `~/.aws/config`
    /// or `AWS_CONFIG_FILE`. A file that does not exist counts as empty. In the variables, too, `~/` is the home directory.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if a file cannot be read, and those of [`Profiles::parse`].
    pub fn read() -> Result<Self, Error> {
        Self::parse(
            file("AWS_SHARED_CREDENTIALS_FILE", "credentials")?.expose_secret(),
            file("AWS_CONFIG_FILE", "config")?.expose_secret(),
        )
    }

    /// Parses the contents of the credentials file and the config file. If both have a setting, the credentials file takes
    /// precedence. If it has an access key, the session token of the config file is not used with it.
    ///
    /// As in the AWS CLI, lines may be indented: a line that is indented more than the setting before it continues its value.
    /// As in the SDKs, `#` or `;` after white space begins a comment, and `[profile default]` replaces `[default]`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] with the number of the line that is neither a section, a setting nor a comment.
    pub fn parse(credentials: &str, config: &str) -> Result<Self, Error> {
        let mut profiles = BTreeMap::<_, Settings>::new();
        let config = sections(config, "config")?;
        let is_replaced = config.iter().any(|(section, _)| section != DEFAULT && profile_of(section) == Some(DEFAULT));
        for (section, settings) in config {
            match profile_of(&section) {
                Some(name) if !(is_replaced && section == DEFAULT) => {
                    profiles.entry(name.to_owned()).or_default().extend(settings);
                }
                _ => {}
            }
        }
        for (section, settings) in sections(credentials, "credentials")? {
            let profile = profiles.entry(section).or_default();
            if settings.contains_key(ACCESS_KEY_ID) && settings.contains_key(SECRET_ACCESS_KEY) {
                profile.retain(|name, _| !SESSION_TOKENS.contains(&name.as_str()));
            }
            profile.extend(settings);
        }
        Ok(Self(profiles))
    }

    /// Returns a setting of a profile, e.g. `region`.
    #[must_use]
    pub fn setting(&self, profile: &str, name: &str) -> Option<&str> {
        Some(self.0.get(profile)?.get(name)?.expose_secret())
    }

    /// Resolves a profile: its own credentials, or `role_arn` with `source_profile` or
    /// `credential_source = Environment`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if a profile or setting is missing, if profiles refer to each other in a loop, or if
    /// the profile needs what this crate does not support: MFA, SSO, processes, token files and metadata services.
    pub fn chain(&self, profile: &str) -> Result<Chain, Error> {
        let mut roles = Vec::new();
        let mut visited = Vec::new();
        let mut name = profile;
        let credentials = loop {
            visited.push(name);
            let settings = self.0.get(name).ok_or_else(|| {
                invalid(name, "does not exist; sections of the config file have names such as [profile dev]")
            })?;
            let get = |key: &str| settings.get(key).map(Secret::expose_secret).filter(|value| !value.is_empty());
            // It takes precedence over all other sources of credentials.
            if get("web_identity_token_file").is_some() {
                return Err(invalid(name, "has a web_identity_token_file; use provider::web_identity instead"));
            }
            // A profile that others refer to is used for its credentials, if it has any.
            if get("role_arn").is_none() || (visited.len() > 1 && get(ACCESS_KEY_ID).is_some()) {
                break own_credentials(name, get)?;
            }
            roles.push(role(name, get)?);
            match (get("source_profile"), get("credential_source")) {
                (Some(source), None) if source == name => break own_credentials(name, get)?,
                (Some(source), None) if visited.contains(&source) => {
                    return Err(invalid(name, "refers to itself through source_profile"));
                }
                (Some(source), None) => name = source,
                (None, Some("Environment")) => break Credentials::from_env()?,
                (None, Some(_)) => return Err(invalid(name, "has a credential_source other than Environment")),
                _ => return Err(invalid(name, "needs either source_profile or credential_source for its role_arn")),
            }
        };
        roles.reverse();
        Ok(Chain { credentials, roles })
    }
}

impl Chain {
    /// Returns a provider that assumes the roles one after another, caches their credentials, and refreshes them before
    /// they expire. Each role is assumed with a client that has the settings in `config`.
    ///
    /// # Errors
    /// Those of [`Client::with`].
    pub fn into_provider<T: Transport + Clone + 'static>(
        self,
        config: &Config,
        transport: &T,
    ) -> Result<Box<dyn ProvideCredentials>, Error> {
        let mut provider: Box<dyn ProvideCredentials> = Box::new(self.credentials);
        for role in self.roles {
            let client = Client::with(config.clone(), Some(provider), transport.clone())?;
            provider = Box::new(assume_role(client, role));
        }
        Ok(provider)
    }
}

impl fmt::Debug for Profiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn own_credentials<'a>(profile: &str, get: impl Fn(&str) -> Option<&'a str>) -> Result<Credentials, Error> {
    let (Some(id), Some(secret)) = (get(ACCESS_KEY_ID), get(SECRET_ACCESS_KEY)) else {
        let unsupported = ["credential_process", "sso_session", "sso_start_url", "login_session"];
        return Err(match unsupported.into_iter().find(|name| get(name).is_some()) {
            Some(name) => {
                let advice = "export them with `aws configure export-credentials`";
                invalid(profile, &format!("gets its credentials from {name}, which is not supported; {advice}"))
            }
            None => invalid(profile, "has no aws_access_key_id and aws_secret_access_key"),
        });
    };
    let credentials = Credentials::new(id, secret);
    Ok(match SESSION_TOKENS.into_iter().find_map(get) {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    })
}

fn role<'a>(profile: &str, get: impl Fn(&str) -> Option<&'a str>) -> Result<AssumeRoleInput, Error> {
    if get("mfa_serial").is_some() {
        return Err(invalid(profile, "has mfa_serial; call AssumeRole with serial_number and token_code instead"));
    }
    let duration_seconds = match get("duration_seconds").map(str::parse) {
        None => None,
        Some(Ok(seconds)) => Some(seconds),
        Some(Err(_)) => return Err(invalid(profile, "has a duration_seconds that is not an integer")),
    };
    Ok(AssumeRoleInput {
        role_arn: get("role_arn").unwrap_or_default().to_owned(),
        role_session_name: get("role_session_name").unwrap_or("sts-web").to_owned(),
        external_id: get("external_id").map(Into::into),
        duration_seconds,
        ..AssumeRoleInput::default()
    })
}

/// The profile of a section in the config file. Other sections, such as `sso-session`, have none.
fn profile_of(section: &str) -> Option<&str> {
    match section.split_once([' ', '\t']) {
        Some(("profile", name)) => Some(name.trim().trim_matches(['"', '\''])),
        _ => Some(section).filter(|section| *section == DEFAULT),
    }
}

/// The sections of a file in order, with the names of settings in lower case.
fn sections(text: &str, file: &str) -> Result<Vec<(String, Settings)>, Error> {
    let mut sections = Vec::<(String, Settings)>::new();
    // The setting that a line continues if it is indented more.
    let mut last = None::<(String, usize)>;
    // Some editors on Windows write a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, line) in text.lines().enumerate() {
        let content = line.trim();
        let malformed = |problem: &str| {
            let message = format!("line {} of the {file} file is {problem}", index + 1);
            Error::new(ErrorKind::Configuration, "ProfileInvalid", message)
        };
        let neither = || malformed("neither a section nor a setting");
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        let indentation = line.len() - line.trim_start().len();
        let section = content.strip_prefix('[');
        if let Some((name, of_setting)) = &last
            && indentation > *of_setting
            && let Some(value) = sections.last_mut().and_then(|(_, settings)| settings.get_mut(name))
        {
            if section.is_some() {
                // Its settings would otherwise replace those of the section before it.
                return Err(malformed("a section that is indented more than the setting before it"));
            }
            *value = [value.expose_secret(), "\n", content].concat().into();
        } else if let Some(section) = section {
            let (name, _) = section.split_once(']').ok_or_else(neither)?;
            sections.push((name.trim().to_owned(), Settings::new()));
            last = None;
        } else {
            let (_, settings) = sections.last_mut().ok_or_else(neither)?;
            let (name, value) = without_comment(content).split_once(['=', ':']).ok_or_else(neither)?;
            let name = name.trim().to_ascii_lowercase();
            settings.insert(name.clone(), value.trim().into());
            last = Some((name, indentation));
        }
    }
    Ok(sections)
}

/// The part of a line before its comment, if it has one.
fn without_comment(line: &str) -> &str {
    let mut marks = line.match_indices(['#', ';']).map(|(index, _)| &line[..index]);
    marks.find(|before| before.ends_with(char::is_whitespace)).unwrap_or(line)
}

fn file(variable: &str, name: &str) -> Result<Secret, Error> {
    let Some(path) = path(env::var_os(variable), env::home_dir(), name) else {
        return Ok(Secret::default());
    };
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Secret::default()),
        Err(error) => {
            let message = format!("the {name} file could not be read: {error}");
            Err(Error::new(ErrorKind::Configuration, "ProfileInvalid", message).with_source(error))
        }
    }
}

/// The path in the variable, in which a shell may not have expanded `~`, or that of the file `name` in `~/.aws`.
fn path(variable: Option<OsString>, home: Option<PathBuf>, name: &str) -> Option<PathBuf> {
    let Some(path) = variable.filter(|path| !path.is_empty()).map(PathBuf::from) else {
        return Some(home?.join(".aws").join(name));
    };
    match (path.strip_prefix("~"), home) {
        (Ok(in_home), Some(home)) => Some(home.join(in_home)),
        _ => Some(path),
    }
}

fn invalid(profile: &str, problem: &str) -> Error {
    // A line that continues the name could be a secret.
    let name = profile.lines().next().unwrap_or_default();
    let message = ["the profile ", name, " ", problem].concat();
    Error::new(ErrorKind::Configuration, "ProfileInvalid", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    // As in botocore, which passes the variables to `os.path.expanduser`.
    #[test]
    fn a_tilde_in_a_variable_is_the_home_directory() {
        let path = |variable: Option<&str>| path(variable.map(OsString::from), Some("/home/me".into()), "config");
        for (variable, expected) in [
            (Some("~/aws/config"), "/home/me/aws/config"),
            (Some("/etc/~/config"), "/etc/~/config"),
            (Some("~other/config"), "~other/config"),
            (Some("config"), "config"),
            (Some(""), "/home/me/.aws/config"),
            (None, "/home/me/.aws/config"),
        ] {
            assert_eq!(path(variable), Some(expected.into()), "{variable:?}");
        }
        assert_eq!(super::path(None, None, "config"), None);
        assert_eq!(super::path(Some("~/config".into()), None, "config"), Some("~/config".into()));
    }
}
