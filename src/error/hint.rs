//! Advice on what to do next, for common errors.
//!
//! Source: IAM User Guide, "Troubleshooting IAM"; STS API Reference, "Common Errors".

use super::{Error, ErrorKind, IN_JAVASCRIPT};
use crate::substring::contains;

/// Returns advice on how to resolve `error`.
pub(super) fn hint(error: &Error) -> Option<String> {
    let service = error.kind() == ErrorKind::Service;
    let code = if service { error.code() } else { error.kind().name() };
    let code = code.strip_suffix("Exception").unwrap_or(code);
    let message = error.message().to_ascii_lowercase();
    let matches = |hint: &&Hint| {
        hint.code == code
            && (hint.keywords.is_empty() || hint.keywords.iter().any(|keyword| contains(&message, keyword)))
    };
    match HINTS.iter().find(matches) {
        _ if error.status() == Some(405) => Some(NO_SUCH_OPERATION.to_owned()),
        Some(hint) if hint.text == PACKED => Some(packed(&message)),
        Some(hint) => Some(hint.text.to_owned()),
        None if service && error.is_throttling() => Some(THROTTLED.to_owned()),
        None if service && error.status().is_some_and(|status| status >= 500) => Some(UNAVAILABLE.to_owned()),
        None => None,
    }
}

/// Advice for an error code of the service, or for the name of an [`ErrorKind`].
struct Hint {
    /// The code without the suffix `Exception`.
    code: &'static str,
    /// Lower-case keywords, one of which the message must contain. Empty for any message.
    keywords: &'static [&'static str],
    text: &'static str,
}

const fn on(code: &'static str, text: &'static str) -> Hint {
    Hint { code, keywords: &[], text }
}

const fn on_message(code: &'static str, keywords: &'static [&'static str], text: &'static str) -> Hint {
    Hint { code, keywords, text }
}

/// The first match applies.
static HINTS: &[Hint] = &[
    on_message(
        "AccessDenied",
        &["multifactorauthentication", "mfa"],
        "Enter the MFA device's serial number and its current code. Each code works only once.",
    ),
    on_message(
        "AccessDenied",
        &["root account"],
        "The root user of an account cannot assume roles. Use the access key of an IAM user, or another role.",
    ),
    on_message(
        "AccessDenied",
        &["session credentials"],
        "Temporary credentials cannot make this call. Use the long-term access key of an IAM user.",
    ),
    on_message(
        "AccessDenied",
        &["assumerolewith"],
        "Check three things. The role's account must have an IAM identity provider for the issuer. The role's trust \
         policy must allow that provider this action. Its conditions on aud and sub must match the token or SAML \
         response exactly.",
    ),
    on_message(
        "AccessDenied",
        &["assumeroot"],
        "The caller must be in the organization's management account or IAM's delegated administrator account, and \
         its policies must allow sts:AssumeRoot. Centralized root access must be enabled in IAM.",
    ),
    on_message(
        "AccessDenied",
        &["assumerole", "tagsession", "setsourceidentity"],
        "Check three things. The role's trust policy must allow the caller (also sts:TagSession or \
         sts:SetSourceIdentity, if used). The caller's own policies must allow sts:AssumeRole on the role, which is \
         always required across accounts. The conditions of the trust policy must be met: external ID, MFA, source \
         address. A misspelled role ARN causes the same error.",
    ),
    on(
        "AccessDenied",
        "The caller's policies do not allow this action, or a service control policy, permissions boundary or session \
         policy denies it.",
    ),
    on_message("SignatureDoesNotMatch", &["expired", "not yet current"], CLOCK),
    on_message(
        "SignatureDoesNotMatch",
        &["should be scoped"],
        "The request is signed for another region than the endpoint's. Set the region that belongs to the endpoint.",
    ),
    on(
        "SignatureDoesNotMatch",
        "The secret access key does not belong to the access key ID, or it was not copied completely. If it is correct, \
         check this machine's clock and the endpoint's region.",
    ),
    on("RequestTimeTooSkewed", CLOCK),
    on("RequestExpired", CLOCK),
    on("ExpiredToken", "The session or the provided token has expired. Get new temporary credentials."),
    on("ExpiredTradeInToken", "The trade-in token has expired. Request a new one."),
    on("InvalidClientTokenId", UNKNOWN_KEY),
    on("InvalidAccessKeyId", UNKNOWN_KEY),
    on("UnrecognizedClient", UNKNOWN_KEY),
    on("MissingAuthenticationToken", NO_SIGNATURE),
    on("IncompleteSignature", NO_SIGNATURE),
    on(
        "RegionDisabled",
        "STS is not activated in this region for the account. Use another region, or ask an administrator to activate \
         it in the IAM console under Account settings.",
    ),
    on("PackedPolicyTooLarge", PACKED),
    on(
        "MalformedPolicyDocument",
        "The session policy is not valid. Check that it is JSON, has Version and Statement, and has no Principal.",
    ),
    on_message(
        "ValidationError",
        &["maxsessionduration"],
        "The duration exceeds the role's own maximum. Request a shorter session, or raise the role's MaxSessionDuration \
         (one hour by default).",
    ),
    on_message(
        "ValidationError",
        &["durationseconds", "role chaining"],
        "With role chaining (a role that assumes another role), a session can last one hour at most, even if the role's \
         maximum is longer. Otherwise, the duration must be between 15 minutes and the role's maximum.",
    ),
    on("ValidationError", "A value violates a constraint of STS. The message names it."),
    on(
        "IDPRejectedClaim",
        "The identity provider rejected the token: it may be expired, revoked or issued for another audience. Sign in \
         again.",
    ),
    on("IDPCommunicationError", "STS could not reach the identity provider. Try again in a moment."),
    on(
        "InvalidIdentityToken",
        "AWS does not accept the token or SAML response. Check that the role's account has an IAM identity provider for \
         its issuer and audience (client ID), with current SAML metadata or publicly reachable signing keys.",
    ),
    on("InvalidAuthorizationMessage", "The encoded message is incomplete or from another account. Copy all of it."),
    on(
        "OutboundWebIdentityFederationDisabled",
        "Ask an administrator to enable outbound identity federation in the IAM console under Account settings.",
    ),
    on("JWTPayloadSizeExceeded", "Request fewer or shorter tags and audiences."),
    on("InvalidAction", NO_SUCH_OPERATION),
    on("SessionDurationEscalation", "Request a session that ends before the calling session does."),
    on("network", NETWORK),
    on("timeout", TIMEOUT),
    on(
        "response",
        "The response did not come from STS. Check for a proxy, a network sign-in page or a wrong endpoint.",
    ),
    on("credentials", "Provide an access key ID and its secret access key, or a credentials provider."),
];

const NETWORK: &str = if cfg!(all(target_family = "wasm", target_os = "unknown")) {
    "Check the network connection and the endpoint. In a browser, the cause can also be a response without CORS headers, \
     or an address that the page's Content-Security-Policy blocks: see the browser's console."
} else {
    "Check the network connection, the endpoint, and the proxy, if there is one."
};
const TIMEOUT: &str = if IN_JAVASCRIPT {
    "The endpoint is slow or unreachable. Try again, or increase requestTimeout."
} else {
    "The endpoint is slow or unreachable. Try again, or increase request_timeout."
};
const CLOCK: &str = if IN_JAVASCRIPT {
    "This machine's clock is off by minutes. Synchronize it, or set systemClockOffset."
} else {
    "This machine's clock is off by minutes. Synchronize it, or set clock_offset."
};
const UNKNOWN_KEY: &str = "The access key ID does not exist, is inactive, belongs to another partition (AWS China, \
                           GovCloud), or is temporary and was used without its session token. An opt-in region must \
                           be enabled for the account, and accepts only session tokens of regional endpoints.";
const NO_SIGNATURE: &str = "The request has no usable signature. A proxy may have removed the Authorization header.";
const THROTTLED: &str = "Too many requests. Wait a little, and cache credentials instead of requesting new ones.";
const UNAVAILABLE: &str = "The service has a problem. Try again in a moment.";
const NO_SUCH_OPERATION: &str = "The server does not have this operation. Check the endpoint.";
const PACKED: &str = "The session policies and tags together exceed the size that STS allows. Shorten them.";

/// Adds the percentage from the message of STS.
fn packed(message: &str) -> String {
    match percentage(message) {
        Some(percentage) => format!("{PACKED} They use {percentage} of the allowed size."),
        None => PACKED.to_owned(),
    }
}

/// Finds the first `123%` in a text.
fn percentage(text: &str) -> Option<&str> {
    let end = text.bytes().position(|byte| byte == b'%')?;
    let digits = text.bytes().take(end).rev().take_while(u8::is_ascii_digit).count();
    if digits == 0 { None } else { text.get(end - digits..=end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint_of(code: &str, message: &str) -> String {
        Error::new(ErrorKind::Service, code, message).hint().unwrap_or_default()
    }

    #[test]
    fn denied_access_to_a_role_has_a_hint_on_every_possible_cause() {
        let message = "User: arn:aws:iam::123456789012:user/a is not authorized to perform: sts:AssumeRole on \
                       resource: arn:aws:iam::123456789012:role/b";
        for word in ["trust policy", "external ID", "MFA", "policies must allow"] {
            assert!(hint_of("AccessDenied", message).contains(word), "{word}");
        }
        let mfa = "MultiFactorAuthentication failed with invalid MFA one time pass code.";
        assert!(hint_of("AccessDenied", mfa).contains("Each code works only once"));
    }

    #[test]
    fn a_denied_token_or_root_session_has_a_specific_hint() {
        let denied = |action: &str| hint_of("AccessDenied", &format!("Not authorized to perform sts:{action}"));
        for word in ["issuer", "identity provider", "aud", "sub"] {
            assert!(denied("AssumeRoleWithWebIdentity").contains(word), "{word}");
        }
        for action in ["AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"] {
            assert!(!denied(action).contains("caller's own policies"), "{action}");
            assert!(!denied(action).contains("external ID"), "{action}");
        }
        assert!(hint_of("InvalidIdentityToken", "Response signature invalid").contains("SAML metadata"));
        assert!(denied("AssumeRoot").contains("organization"));
        assert!(denied("AssumeRole").contains("external ID"));
    }

    #[test]
    fn denied_access_is_not_blamed_on_policies_if_the_message_has_another_reason() {
        let root = "Roles may not be assumed by root accounts.";
        assert!(hint_of("AccessDenied", root).contains("root user"));
        let session = "Cannot call GetSessionToken with session credentials";
        assert!(hint_of("AccessDenied", session).contains("long-term access key"));
    }

    #[test]
    fn a_server_without_the_operation_is_named_as_the_cause() {
        assert!(
            hint_of("InvalidAction", "Could not find operation AssumeRoot").contains("does not have this operation")
        );
        for kind in [ErrorKind::Service, ErrorKind::Response] {
            let error = Error::new(kind, "MethodNotAllowed", "").with_status(405);
            assert!(error.hint().is_some_and(|hint| hint.contains("does not have this operation")));
        }
    }

    #[test]
    fn the_hint_depends_on_the_cause() {
        assert!(hint_of("SignatureDoesNotMatch", "The request signature we calculated…").contains("secret access key"));
        assert!(hint_of("SignatureDoesNotMatch", "Signature expired: 20261123T…").contains("clock"));
        let scope = "Credential should be scoped to a valid region, not 'us-east-1'. ";
        assert!(hint_of("SignatureDoesNotMatch", scope).contains("region"));
        assert!(!hint_of("SignatureDoesNotMatch", scope).contains("secret"));
        for code in ["ExpiredToken", "ExpiredTokenException"] {
            assert!(hint_of(code, "").contains("new temporary credentials"));
        }
        assert!(hint_of("InvalidClientTokenId", "").contains("session token"));
        assert!(hint_of("RegionDisabledException", "").contains("activate"));
        let chaining =
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
        assert!(hint_of("ValidationError", chaining).contains("one hour at most"));
        let maximum = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        assert!(hint_of("ValidationError", maximum).contains("role's own maximum"));
        assert!(hint_of("Throttling", "").contains("Wait"));
        assert!(Error::new(ErrorKind::Network, "NetworkError", "").hint().is_some_and(|hint| hint.contains("proxy")));
        assert_eq!(hint_of("SomethingElse", ""), "");
    }

    #[test]
    fn hints_name_the_options_of_the_crate() {
        let hints = HINTS.iter().map(|hint| hint.text).collect::<String>();
        for (option, in_javascript) in [("request_timeout", "requestTimeout"), ("clock_offset", "systemClockOffset")] {
            assert!(hints.contains(option) && !hints.contains(in_javascript), "{option}");
        }
    }

    #[test]
    fn the_hint_on_packed_policies_has_the_percentage() {
        let message = "Packed policy consumes 187% of allotted space, please use smaller policy.";
        assert!(hint_of("PackedPolicyTooLarge", message).contains("They use 187% of the allowed size."));
        assert!(!hint_of("PackedPolicyTooLarge", "ü%").contains("They use"));
    }
}
