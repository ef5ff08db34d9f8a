//! Signed `GetCallerIdentity` requests that authenticate the caller to another service: EKS tokens and Vault logins.
//!
//! They do not contain the secret access key, but anyone who has one can log in with it until it expires: AWS accepts a
//! signature for 15 minutes. Send them only to the service they are meant for, over TLS, and keep them out of logs.
//!
//! ```
//! use std::time::SystemTime;
//! use sts_web::Credentials;
//! use sts_web::endpoint::{Endpoint, Options};
//! use sts_web::identity::eks_token;
//!
//! # fn main() -> Result<(), sts_web::Error> {
//! let endpoint = Endpoint::resolve(&Options::new("eu-west-1"))?;
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
//! let eks = eks_token(&endpoint, &credentials, "my-cluster", SystemTime::now())?;
//! assert!(eks.token.starts_with("k8s-aws-v1."));
//! # Ok(())
//! # }
//! ```
//!
//! Source: aws-iam-authenticator, README and `pkg/token`; HashiCorp Vault, "AWS auth method (API)".

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use crate::endpoint::Endpoint;
use crate::http::Request;
use crate::raw::query::CONTENT_TYPE;
use crate::sign::{Scope, Settings, Signer};
use crate::{Credentials, Error, ErrorKind};

const GET_CALLER_IDENTITY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// `X-Amz-Expires`, which old versions of aws-iam-authenticator check. STS ignores it.
const EKS_URL_EXPIRES_IN: Duration = Duration::from_secs(60);

/// One minute less than the 15 minutes for which STS accepts a signature.
const EKS_TOKEN_LIFETIME: Duration = Duration::from_secs(14 * 60);

/// A bearer token for the Kubernetes API of an EKS cluster. `Debug` shows only its expiration.
#[derive(Clone)]
#[non_exhaustive]
pub struct EksToken {
    /// `k8s-aws-v1.` and the presigned URL in base64url. Secret until it expires; zeroized on drop.
    pub token: Zeroizing<String>,
    /// Time at which to create a new token: after 14 minutes, or when the credentials expire.
    pub expiration: SystemTime,
}

impl fmt::Debug for EksToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EksToken").field("expiration", &self.expiration).finish_non_exhaustive()
    }
}

/// Returns a token for the EKS cluster `cluster`, as `aws eks get-token` does.
///
/// `endpoint` should be the regional endpoint of the cluster's region, the only one that clusters accept. The token
/// expires no later than `credentials`.
///
/// # Errors
/// [`ErrorKind::Validation`] if `cluster` is empty, and those of [`Signer::presign`].
pub fn eks_token(
    endpoint: &Endpoint,
    credentials: &Credentials,
    cluster: &str,
    time: SystemTime,
) -> Result<EksToken, Error> {
    if cluster.is_empty() {
        return Err(Error::new(ErrorKind::Validation, "InvalidCluster", "the name of the EKS cluster is empty"));
    }
    let request = Request {
        method: "GET".to_owned(),
        url: [endpoint.url(), "?", GET_CALLER_IDENTITY].concat(),
        headers: vec![("x-k8s-aws-id".to_owned(), cluster.to_owned())],
        body: Vec::new(),
    };
    let (url, _) = Signer::new().presign(
        &request,
        credentials,
        scope(endpoint),
        &Settings::default(),
        EKS_URL_EXPIRES_IN,
        time,
    )?;
    let encoded = Zeroizing::new(Base64UrlUnpadded::encode_string(url.as_bytes()));
    let token = Zeroizing::new(["k8s-aws-v1.", &encoded].concat());
    let usable = time + EKS_TOKEN_LIFETIME;
    let expiration = credentials.expiration().map_or(usable, |end| end.min(usable));
    Ok(EksToken { token, expiration })
}

/// The fields of a Vault login request with the AWS auth method, except `role`. `Debug` shows none of them.
#[derive(Clone)]
#[non_exhaustive]
pub struct VaultLogin {
    /// HTTP method: `POST`.
    pub iam_http_request_method: &'static str,
    /// URL of the STS endpoint, in base64.
    pub iam_request_url: String,
    /// Body of the `GetCallerIdentity` request, in base64.
    pub iam_request_body: String,
    /// Signed headers as a JSON object of lists, in base64. Secret until the signature expires; zeroized on drop.
    pub iam_request_headers: Zeroizing<String>,
}

impl fmt::Debug for VaultLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultLogin").finish_non_exhaustive()
    }
}

/// Returns the fields of a request to Vault's `POST /v1/auth/aws/login`, for the auth type `iam`.
///
/// `server_id` is the server's `iam_server_id_header_value`. It is signed, so that a server cannot reuse the login on
/// another server. `endpoint` must be the STS endpoint in the server's configuration.
///
/// # Errors
/// Those of [`Signer::sign`].
pub fn vault_login(
    endpoint: &Endpoint,
    credentials: &Credentials,
    server_id: Option<&str>,
    time: SystemTime,
) -> Result<VaultLogin, Error> {
    let mut request = Request {
        method: "POST".to_owned(),
        url: endpoint.url().to_owned(),
        headers: vec![("content-type".to_owned(), CONTENT_TYPE.to_owned())],
        body: GET_CALLER_IDENTITY.as_bytes().to_vec(),
    };
    if let Some(server_id) = server_id {
        request.headers.push(("x-vault-aws-iam-server-id".to_owned(), server_id.to_owned()));
    }
    Signer::new().sign(&mut request, credentials, scope(endpoint), &Settings::default(), time)?;
    let headers = json_of_lists(&request.headers)?;
    Ok(VaultLogin {
        iam_http_request_method: "POST",
        iam_request_url: Base64::encode_string(request.url.as_bytes()),
        iam_request_body: Base64::encode_string(&request.body),
        iam_request_headers: Zeroizing::new(Base64::encode_string(&headers)),
    })
}

fn scope(endpoint: &Endpoint) -> Scope<'_> {
    Scope { region: endpoint.signing_region(), service: "sts" }
}

/// Serializes the headers as `{"name":["value"],…}`.
fn json_of_lists(headers: &[(String, String)]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let lists: BTreeMap<&str, [&str; 1]> = headers.iter().map(|(name, value)| (&**name, [&**value])).collect();
    // Enough capacity from the start: a reallocation would leave copies of the session token in memory.
    let mut json = Zeroizing::new(Vec::with_capacity(16 * 1024));
    serde_json::to_writer(&mut *json, &lists)
        .map_err(|_| Error::new(ErrorKind::Validation, "InvalidHeader", "JSON cannot represent the signed headers"))?;
    Ok(json)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::endpoint::Options;

    // Expected signatures are from botocore 1.43.11 (SigV4QueryAuth and SigV4Auth), with the same credentials and time.

    /// 2026-11-23 19:00:00 UTC
    const TIME: Duration = Duration::from_secs(1_795_460_400);
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    fn user() -> Credentials {
        Credentials::new("AKIAIOSFODNN7EXAMPLE", SECRET)
    }

    fn role() -> Credentials {
        Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET).with_session_token("IQoJb3JpZ2luX2VjEXAMPLE//+==")
    }

    fn ireland() -> Endpoint {
        Endpoint::resolve(&Options::new("eu-west-1")).unwrap()
    }

    fn presigned_url(credentials: &Credentials) -> String {
        let made = eks_token(&ireland(), credentials, "my-cluster", UNIX_EPOCH + TIME).unwrap();
        let encoded = made.token.strip_prefix("k8s-aws-v1.").unwrap();
        assert!(!encoded.contains('='), "{encoded}");
        String::from_utf8(Base64UrlUnpadded::decode_vec(encoded).unwrap()).unwrap()
    }

    /// The headers of a login, parsed as Vault does.
    fn vault_headers(credentials: &Credentials, server_id: Option<&str>) -> serde_json::Value {
        let login = vault_login(&ireland(), credentials, server_id, UNIX_EPOCH + TIME).unwrap();
        assert_eq!(login.iam_http_request_method, "POST");
        assert_eq!(Base64::decode_vec(&login.iam_request_url).unwrap(), b"https://sts.eu-west-1.amazonaws.com/");
        assert_eq!(Base64::decode_vec(&login.iam_request_body).unwrap(), GET_CALLER_IDENTITY.as_bytes());
        serde_json::from_slice(&Base64::decode_vec(&login.iam_request_headers).unwrap()).unwrap()
    }

    #[test]
    fn an_eks_token_is_the_url_that_botocore_presigns() {
        assert_eq!(
            presigned_url(&user()),
            "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15\
             &X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261123%2Feu-west-1%2Fsts%2Faws4_request\
             &X-Amz-Date=20261123T190000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id\
             &X-Amz-Signature=26e6678f88f445053fe61d613a1a3e4bacd7948b20f18c89cb02353e96392dfd"
        );
        assert_eq!(
            presigned_url(&role()),
            "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15\
             &X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F20261123%2Feu-west-1%2Fsts%2Faws4_request\
             &X-Amz-Date=20261123T190000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id\
             &X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE%2F%2F%2B%3D%3D\
             &X-Amz-Signature=9279b0190efc6acdedd7d9f5bcbc1bae5a800343ca98ae934847a48f1b7925a8"
        );
    }

    #[test]
    fn an_eks_token_expires_after_14_minutes_or_with_its_credentials() {
        let now = UNIX_EPOCH + TIME;
        let expiration = |credentials| eks_token(&ireland(), &credentials, "c", now).unwrap().expiration;
        assert_eq!(expiration(user()), now + Duration::from_secs(840));
        let soon = now + Duration::from_secs(120);
        assert_eq!(expiration(role().with_expiration(soon)), soon);
    }

    #[test]
    fn a_cluster_name_must_be_a_valid_header_value() {
        let error = |cluster| eks_token(&ireland(), &user(), cluster, UNIX_EPOCH + TIME).unwrap_err();
        assert_eq!(error("").code(), "InvalidCluster");
        assert_eq!(error("a\nb").code(), "InvalidHeader");
    }

    #[test]
    fn a_vault_login_has_the_headers_that_botocore_signs() {
        let headers = vault_headers(&user(), None);
        assert_eq!(headers["content-type"][0], CONTENT_TYPE);
        assert_eq!(headers["x-amz-date"][0], "20261123T190000Z");
        assert_eq!(
            headers["authorization"][0],
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261123/eu-west-1/sts/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, \
             Signature=6dea0c6f8f4a34588eaba40c9612806647d6ffb9af961afa32bdf471192bb0af"
        );
        assert_eq!(headers.as_object().unwrap().len(), 3);
    }

    #[test]
    fn the_vault_server_id_and_the_session_token_are_signed() {
        let headers = vault_headers(&role(), Some("vault.example.com"));
        assert_eq!(headers["x-vault-aws-iam-server-id"][0], "vault.example.com");
        assert_eq!(headers["x-amz-security-token"][0], "IQoJb3JpZ2luX2VjEXAMPLE//+==");
        assert_eq!(
            headers["authorization"][0],
            "AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE/20261123/eu-west-1/sts/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-vault-aws-iam-server-id, \
             Signature=d15d06886a14704c258f56bcc6c7a109e8917815844b0942a8dde9ec609cb4ea"
        );
    }

    #[test]
    fn a_server_id_with_quotes_stays_one_json_string() {
        let odd = "a\"],\"b\":[\"c\\\td";
        assert_eq!(vault_headers(&user(), Some(odd))["x-vault-aws-iam-server-id"], serde_json::json!([odd]));
    }

    #[test]
    fn debug_output_shows_no_token_and_no_signature() {
        let token = eks_token(&ireland(), &role(), "c", UNIX_EPOCH + TIME).unwrap();
        let login = vault_login(&ireland(), &role(), None, UNIX_EPOCH + TIME).unwrap();
        let shown = format!("{token:?} {login:?}");
        for secret in [token.token.as_str(), "k8s-aws", &login.iam_request_headers, &login.iam_request_url] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
