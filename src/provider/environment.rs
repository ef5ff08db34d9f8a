//! Credentials from environment variables.
//!
//! Source: AWS SDKs and Tools Reference Guide, "Environment variables support".

use std::env;

use super::{BoxFuture, ProvideCredentials};
use crate::timestamp::parse_timestamp;
use crate::{Credentials, Error, ErrorKind};

impl Credentials {
    /// Reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` (or its older name `AWS_SECURITY_TOKEN`)
    /// and `AWS_CREDENTIAL_EXPIRATION`. An empty variable counts as unset.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] if one of the first two is unset, or if the expiration is not a timestamp. The message
    /// contains the variable's name, but not its value.
    pub fn from_env() -> Result<Self, Error> {
        from_variables(|name| env::var(name).ok())
    }
}

/// A provider that reads the environment for each call, so that changes take effect: see [`Credentials::from_env`].
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Environment;

/// Returns a provider that reads the environment for each call: see [`Credentials::from_env`].
///
/// ```
/// # #[cfg(feature = "reqwest")] {
/// use sts_web::{Client, provider};
///
/// let client = Client::new("eu-central-1", provider::from_env())?;
/// # }
/// # Ok::<(), sts_web::Error>(())
/// ```
#[must_use]
pub fn from_env() -> Environment {
    Environment
}

impl ProvideCredentials for Environment {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(std::future::ready(Credentials::from_env()))
    }
}

fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Credentials, Error> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let required = |name: &str| set(name).ok_or_else(|| invalid(name, "is not set"));
    let credentials = Credentials::new(required("AWS_ACCESS_KEY_ID")?, required("AWS_SECRET_ACCESS_KEY")?);
    // The older name of the variable, which the AWS CLI reads, too.
    let token = set("AWS_SESSION_TOKEN").or_else(|| set("AWS_SECURITY_TOKEN"));
    let credentials = match token {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    };
    let Some(expiration) = set("AWS_CREDENTIAL_EXPIRATION") else { return Ok(credentials) };
    let time = parse_timestamp(&expiration);
    let time = time.ok_or_else(|| invalid("AWS_CREDENTIAL_EXPIRATION", "is not a timestamp"))?;
    Ok(credentials.with_expiration(time))
}

fn invalid(name: &str, problem: &str) -> Error {
    let message = ["the environment variable ", name, " ", problem].concat();
    Error::new(ErrorKind::Credentials, "EnvironmentInvalid", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [(&str, &str); 4] = [
        ("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "the secret"),
        ("AWS_SESSION_TOKEN", "the token"),
        ("AWS_CREDENTIAL_EXPIRATION", "2026-11-23T19:00:00+00:00"),
    ];

    fn read(variables: &[(&str, &str)]) -> Result<Credentials, Error> {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        from_variables(find)
    }

    #[test]
    fn all_four_variables_are_read() {
        let credentials = read(&ALL).expect("credentials");
        assert_eq!((credentials.access_key_id(), credentials.secret_access_key()), ("ASIAEXAMPLE", "the secret"));
        assert_eq!(credentials.session_token(), Some("the token"));
        assert_eq!(credentials.expiration(), parse_timestamp("2026-11-23T19:00:00Z"));
        let long_term = read(&ALL[..2]).expect("credentials");
        assert_eq!((long_term.session_token(), long_term.expiration()), (None, None));
        let older_name = read(&[ALL[0], ALL[1], ("AWS_SECURITY_TOKEN", "older")]).expect("credentials");
        assert_eq!(older_name.session_token(), Some("older"));
    }

    #[test]
    fn a_missing_or_empty_variable_is_named_without_any_value() {
        for (variables, name) in [
            (&[][..], "AWS_ACCESS_KEY_ID is not set"),
            (&ALL[..1], "AWS_SECRET_ACCESS_KEY is not set"),
            (&[("AWS_ACCESS_KEY_ID", ""), ALL[1]], "AWS_ACCESS_KEY_ID is not set"),
            (&[ALL[0], ALL[1], ("AWS_CREDENTIAL_EXPIRATION", "soon")], "AWS_CREDENTIAL_EXPIRATION is not a timestamp"),
        ] {
            let error = read(variables).expect_err(name);
            assert_eq!(error.kind(), ErrorKind::Credentials);
            assert!(error.message().ends_with(name), "{error}");
            assert!(!error.message().contains("the secret") && !error.message().contains("soon"), "{error}");
        }
    }
}
