//! A signed `GetCallerIdentity` that someone else sends, to learn who signed it: EKS tokens and Vault logins.
//!
//! Neither holds the secret access key, but each logs in whoever has it, until it expires: AWS takes a signature for
//! 15 minutes. Give them to the one they are for, over TLS, and keep them out of logs.
//!
//! Sources: aws-iam-authenticator, README and `pkg/token`; HashiCorp Vault, "AWS auth method (API)".

use std::fmt;
use std::time::{Duration, SystemTime};

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use crate::endpoint::Endpoint;
use crate::http::Request;
use crate::query::CONTENT_TYPE;
use crate::sign::{Scope, Settings, Signer};
use crate::{Credentials, Error, ErrorKind};

const GET_CALLER_IDENTITY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// What old authenticators ask for. AWS itself does not read it, and takes the signature for 15 minutes.
const EKS_LIFETIME: Duration = Duration::from_secs(60);

/// A minute less than AWS takes the signature for.
const EKS_USE: Duration = Duration::from_secs(14 * 60);

/// A bearer token for the Kubernetes API of an EKS cluster. `Debug` shows only when it expires.
#[derive(Clone)]
#[non_exhaustive]
pub struct EksToken {
    /// `k8s-aws-v1.` and the presigned URL. A secret until it expires; wiped on drop.
    pub token: Zeroizing<String>,
    /// When to get another: 14 minutes after it was made.
    pub expiration: SystemTime,
}

impl fmt::Debug for EksToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EksToken").field("expiration", &self.expiration).finish_non_exhaustive()
    }
}

/// Makes the token that `aws eks get-token` makes, for the cluster called `cluster`.
///
/// `endpoint` should be the region's own: clusters take no other. If `credentials` are a role's, the token does not
/// outlive them.
///
/// # Errors
/// [`ErrorKind::Validation`] where `cluster` is empty, and those of [`Signer::presign`].
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
    let (url, _) =
        Signer::new().presign(&request, credentials, scope(endpoint), &Settings::default(), EKS_LIFETIME, time)?;
    let encoded = Zeroizing::new(Base64UrlUnpadded::encode_string(url.as_bytes()));
    let token = Zeroizing::new(["k8s-aws-v1.", &encoded].concat());
    let usable = time + EKS_USE;
    let expiration = credentials.expiration().map_or(usable, |end| end.min(usable));
    Ok(EksToken { token, expiration })
}

/// The fields that Vault's AWS login takes, beside `role`. `Debug` shows none of them.
#[derive(Clone)]
#[non_exhaustive]
pub struct VaultLogin {
    /// `POST`.
    pub iam_http_request_method: &'static str,
    /// The URL of STS, in base64.
    pub iam_request_url: String,
    /// The form that asks for `GetCallerIdentity`, in base64.
    pub iam_request_body: String,
    /// The signed headers as a JSON object of lists, in base64. A secret until the signature expires; wiped on drop.
    pub iam_request_headers: Zeroizing<String>,
}

impl fmt::Debug for VaultLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultLogin").finish_non_exhaustive()
    }
}

/// Makes what `POST /v1/auth/aws/login` of Vault takes for a login of the type `iam`.
///
/// `server_id` is what the server's operator set as `iam_server_id_header_value`: signed, it keeps one server from
/// using the login at another. `endpoint` must be the one that the server has in its settings.
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
    let headers = json_object(&request.headers);
    Ok(VaultLogin {
        iam_http_request_method: "POST",
        iam_request_url: Base64::encode_string(request.url.as_bytes()),
        iam_request_body: Base64::encode_string(&request.body),
        iam_request_headers: Zeroizing::new(Base64::encode_string(headers.as_bytes())),
    })
}

fn scope(endpoint: &Endpoint) -> Scope<'_> {
    Scope { region: endpoint.signing_region(), service: "sts" }
}

/// `{"name":["value"],…}`. The signer let neither names nor values with control characters pass.
fn json_object(headers: &[(String, String)]) -> Zeroizing<String> {
    let length = headers.iter().map(|(name, value)| name.len() + 2 * value.len() + 8).sum::<usize>();
    let mut json = Zeroizing::new(String::with_capacity(length + 2));
    for (at, (name, value)) in headers.iter().enumerate() {
        json.push_str(if at == 0 { "{" } else { "," });
        push_quoted(name, &mut json);
        json.push_str(":[");
        push_quoted(value, &mut json);
        json.push(']');
    }
    json.push('}');
    json
}

fn push_quoted(text: &str, json: &mut String) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\t' => json.push_str("\\t"),
            plain => json.push(plain),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::endpoint::Options;

    // What is expected here was signed by botocore 1.43.11 (SigV4QueryAuth and SigV4Auth) for the same keys and time.

    /// 2026-11-23 19:00:00
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

    /// The headers of a login, read as Vault reads them.
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
    fn an_eks_token_is_used_for_14_minutes_and_not_longer_than_its_keys() {
        let now = UNIX_EPOCH + TIME;
        let expiration = |credentials| eks_token(&ireland(), &credentials, "c", now).unwrap().expiration;
        assert_eq!(expiration(user()), now + Duration::from_secs(840));
        let soon = now + Duration::from_secs(120);
        assert_eq!(expiration(role().with_expiration(soon)), soon);
    }

    #[test]
    fn a_cluster_must_have_a_name_that_a_header_can_hold() {
        let refusal = |cluster| eks_token(&ireland(), &user(), cluster, UNIX_EPOCH + TIME).unwrap_err();
        assert_eq!(refusal("").code(), "InvalidCluster");
        assert_eq!(refusal("a\nb").code(), "InvalidHeader");
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
    fn a_vault_servers_id_and_a_session_token_are_signed() {
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
    fn debug_shows_no_token_and_no_signature() {
        let token = eks_token(&ireland(), &role(), "c", UNIX_EPOCH + TIME).unwrap();
        let login = vault_login(&ireland(), &role(), None, UNIX_EPOCH + TIME).unwrap();
        let shown = format!("{token:?} {login:?}");
        for secret in [token.token.as_str(), "k8s-aws", &login.iam_request_headers, &login.iam_request_url] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
