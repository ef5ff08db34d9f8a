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
//! Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files" and "Assume role credential
//! provider".

use std::collections::BTreeMap;
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
    /// or `AWS_CONFIG_FILE`. A file that does not exist counts as empty.
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
    /// precedence.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] with the number of the line that is neither a section, a setting nor a comment.
    pub fn parse(credentials: &str, config: &str) -> Result<Self, Error> {
        let mut profiles = BTreeMap::<_, Settings>::new();
        for (section, settings) in sections(config, "config")? {
            let name = match section.split_once([' ', '\t']) {
                Some(("profile", name)) => name.trim().trim_matches(['"', '\'']),
                _ if section == "default" => "default",
                // Other sections, such as `sso-session`, are not profiles.
                _ => continue,
            };
            profiles.entry(name.to_owned()).or_default().extend(settings);
        }
        for (section, settings) in sections(credentials, "credentials")? {
            profiles.entry(section).or_default().extend(settings);
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
    /// the profile needs what this crate does not support: MFA, SSO, processes and metadata services.
    pub fn chain(&self, profile: &str) -> Result<Chain, Error> {
        let mut roles = Vec::new();
        let mut visited = Vec::new();
        let mut name = profile;
        let credentials = loop {
            visited.push(name);
            let settings = self.0.get(name).ok_or_else(|| invalid(name, "does not exist"))?;
            let get = |key: &str| settings.get(key).map(Secret::expose_secret).filter(|value| !value.is_empty());
            // A profile that others refer to is used for its credentials, if it has any.
            if get("role_arn").is_none() || (visited.len() > 1 && get("aws_access_key_id").is_some()) {
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
    let (Some(id), Some(secret)) = (get("aws_access_key_id"), get("aws_secret_access_key")) else {
        return Err(invalid(profile, "has no aws_access_key_id and aws_secret_access_key"));
    };
    let credentials = Credentials::new(id, secret);
    Ok(match get("aws_session_token").or_else(|| get("aws_security_token")) {
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

/// The sections of a file in order, with the names of settings in lower case.
fn sections(text: &str, file: &str) -> Result<Vec<(String, Settings)>, Error> {
    let mut sections = Vec::<(String, Settings)>::new();
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        let malformed = || {
            let message = format!("line {} of the {file} file is neither a section nor a setting", index + 1);
            Error::new(ErrorKind::Configuration, "ProfileInvalid", message)
        };
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            let name = section.split(']').next().filter(|_| section.contains(']')).ok_or_else(malformed)?;
            sections.push((name.trim().to_owned(), Settings::new()));
            continue;
        }
        let (_, settings) = sections.last_mut().ok_or_else(malformed)?;
        if line.starts_with([' ', '\t']) {
            // Nested settings, such as those of `s3`, are not used here.
            continue;
        }
        let (name, value) = line.split_once(['=', ':']).ok_or_else(malformed)?;
        settings.insert(name.trim().to_ascii_lowercase(), value.trim().into());
    }
    Ok(sections)
}

fn file(variable: &str, name: &str) -> Result<Secret, Error> {
    let path = match env::var_os(variable).filter(|path| !path.is_empty()) {
        Some(path) => PathBuf::from(path),
        None => match env::home_dir() {
            Some(home) => home.join(".aws").join(name),
            None => return Ok(Secret::default()),
        },
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

fn invalid(profile: &str, problem: &str) -> Error {
    let message = ["the profile ", profile, " ", problem].concat();
    Error::new(ErrorKind::Configuration, "ProfileInvalid", message)
}
