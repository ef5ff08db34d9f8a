//! What to do next, for the errors that people meet.
//!
//! Source: IAM User Guide, "Troubleshooting IAM"; STS API Reference, "Common Errors".

use super::{Error, ErrorKind};

/// A sentence or three for a person who has just met `error`.
pub(super) fn hint(error: &Error) -> Option<String> {
    let service = error.kind() == ErrorKind::Service;
    let code = if service { error.code() } else { error.kind().name() };
    let code = code.strip_suffix("Exception").unwrap_or(code);
    let message = error.message().to_ascii_lowercase();
    let says = |words: &&str| message.contains(words);
    let known = HINTS.iter().find(|hint| hint.code == code && (hint.says.is_empty() || hint.says.iter().any(says)));
    match known {
        Some(known) if known.text == PACKED => Some(packed(&message)),
        Some(known) => Some(known.text.to_owned()),
        None if service && error.is_throttling() => Some(THROTTLED.to_owned()),
        None if service && error.status().is_some_and(|status| status >= 500) => Some(FAULTY.to_owned()),
        None => None,
    }
}

/// What to do about an error, by its code, or by its kind's name where it is not the service's.
struct Hint {
    /// Without `Exception` at its end.
    code: &'static str,
    /// The message holds one of these, in lower case; where there are none, it may be any.
    says: &'static [&'static str],
    text: &'static str,
}

const fn on(code: &'static str, text: &'static str) -> Hint {
    Hint { code, says: &[], text }
}

const fn if_it_says(code: &'static str, says: &'static [&'static str], text: &'static str) -> Hint {
    Hint { code, says, text }
}

/// The first that fits is given.
static HINTS: &[Hint] = &[
    if_it_says(
        "AccessDenied",
        &["multifactorauthentication", "mfa"],
        "Give the MFA device's serial number and the code it shows now; each code works once.",
    ),
    if_it_says(
        "AccessDenied",
        &["assumerole", "assumeroot", "tagsession", "setsourceidentity"],
        "Three things must agree: the role's trust policy names the caller (and sts:TagSession or \
         sts:SetSourceIdentity where these are used); the caller's own policies allow sts:AssumeRole on the role, \
         which in another account they must; and the trust policy's conditions hold: external id, MFA, source \
         address. A misspelt role gives the same answer.",
    ),
    on(
        "AccessDenied",
        "The caller's policies do not allow this, or a service control policy, permissions boundary or session policy \
         forbids it.",
    ),
    if_it_says("SignatureDoesNotMatch", &["expired", "not yet current"], CLOCK),
    on(
        "SignatureDoesNotMatch",
        "The secret access key does not belong to the access key id, or lacks a character or has one too many. If it is \
         right, check the clock and the endpoint's region.",
    ),
    on("RequestTimeTooSkewed", CLOCK),
    on("RequestExpired", CLOCK),
    on("ExpiredToken", "The session has ended, or the token given is too old. Get new temporary keys."),
    on("ExpiredTradeInToken", "The trade-in token is too old. Ask for a new one."),
    on("InvalidClientTokenId", UNKNOWN_KEY),
    on("InvalidAccessKeyId", UNKNOWN_KEY),
    on("UnrecognizedClient", UNKNOWN_KEY),
    on("MissingAuthenticationToken", NO_SIGNATURE),
    on("IncompleteSignature", NO_SIGNATURE),
    on(
        "RegionDisabled",
        "STS is not activated in this region for the account. Use another, or have an administrator activate it \
         under IAM, Account settings.",
    ),
    on("PackedPolicyTooLarge", PACKED),
    on(
        "MalformedPolicyDocument",
        "The session policy is not valid. Check that it is JSON, has Version and Statement, and no Principal.",
    ),
    if_it_says(
        "ValidationError",
        &["maxsessionduration"],
        "The duration is longer than the role's own maximum. Ask for less, or raise the role's MaxSessionDuration \
         (one hour if it was never set).",
    ),
    if_it_says(
        "ValidationError",
        &["durationseconds", "role chaining"],
        "A role that assumes another role (role chaining) gets one hour at most, whatever the role's maximum. \
         Otherwise the duration must be from 15 minutes to the role's maximum.",
    ),
    on("ValidationError", "A value breaks STS's rules; the message names it."),
    on(
        "IDPRejectedClaim",
        "The identity provider did not accept the token: it may be expired, revoked or for another audience. Sign in \
         there again.",
    ),
    on("IDPCommunicationError", "STS could not reach the identity provider. Try again in a moment."),
    on(
        "InvalidIdentityToken",
        "IAM's identity provider does not accept the token: check its issuer, its audience (client id), and that the \
         provider's signing keys can be fetched.",
    ),
    on("InvalidAuthorizationMessage", "The encoded message is incomplete or from another account. Copy all of it."),
    on(
        "OutboundWebIdentityFederationDisabled",
        "An administrator must enable outbound identity federation under IAM, Account settings.",
    ),
    on("JWTPayloadSizeExceeded", "Ask for fewer or shorter tags and audiences."),
    on("SessionDurationEscalation", "Ask for a duration that ends before the calling session does."),
    on(
        "network",
        "Check the connection and the endpoint. In a browser the same error stands for an answer without CORS headers \
         and for an address that the page's Content-Security-Policy does not allow; the browser's console tells which.",
    ),
    on("timeout", "The endpoint is slow or cannot be reached. Try again, or allow a longer requestTimeout."),
    on("response", "Something other than STS answered: a proxy, a network's sign-in page, or a wrong endpoint."),
    on("credentials", "Give an access key id and its secret access key, or a provider of them."),
];

const CLOCK: &str =
    "This machine's clock is wrong by minutes. Set it by the network's time, or give systemClockOffset.";
const UNKNOWN_KEY: &str = "The access key id is unknown or not active, belongs to another partition (AWS China, \
                           GovCloud), or is temporary and came without its session token.";
const NO_SIGNATURE: &str =
    "The request carried no usable signature. A proxy may have removed the Authorization header.";
const THROTTLED: &str = "There are too many calls at once. Wait a little; keep and reuse the keys.";
const FAULTY: &str = "The service has a fault. Try again in a moment.";
const PACKED: &str = "The session policies and tags are too large together, after STS has packed them. Shorten them.";

/// With the percentage that STS tells.
fn packed(message: &str) -> String {
    match percentage(message) {
        Some(percentage) => [PACKED, " They take ", percentage, " of the room."].concat(),
        None => PACKED.to_owned(),
    }
}

/// The first `123%` in a text.
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
    fn a_refusal_names_what_must_agree() {
        let message = "User: arn:aws:iam::123456789012:user/a is not authorized to perform: sts:AssumeRole on \
                       resource: arn:aws:iam::123456789012:role/b";
        for word in ["trust policy", "external id", "MFA", "policies allow"] {
            assert!(hint_of("AccessDenied", message).contains(word), "{word}");
        }
        let mfa = "MultiFactorAuthentication failed with invalid MFA one time pass code.";
        assert!(hint_of("AccessDenied", mfa).contains("each code works once"));
    }

    #[test]
    fn the_hints_tell_causes_apart() {
        assert!(hint_of("SignatureDoesNotMatch", "The request signature we calculated…").contains("secret access key"));
        assert!(hint_of("SignatureDoesNotMatch", "Signature expired: 20261123T…").contains("clock"));
        for code in ["ExpiredToken", "ExpiredTokenException"] {
            assert!(hint_of(code, "").contains("new temporary keys"));
        }
        assert!(hint_of("InvalidClientTokenId", "").contains("session token"));
        assert!(hint_of("RegionDisabledException", "").contains("activate"));
        let chaining =
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
        assert!(hint_of("ValidationError", chaining).contains("one hour at most"));
        let maximum = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        assert!(hint_of("ValidationError", maximum).contains("role's own maximum"));
        assert!(hint_of("Throttling", "").contains("Wait"));
        assert!(Error::new(ErrorKind::Network, "NetworkError", "").hint().is_some_and(|hint| hint.contains("CORS")));
        assert_eq!(hint_of("SomethingElse", ""), "");
    }

    #[test]
    fn a_packed_policy_too_large_tells_by_how_much() {
        let message = "Packed policy consumes 187% of allotted space, please use smaller policy.";
        assert!(hint_of("PackedPolicyTooLarge", message).contains("They take 187% of the room."));
        assert!(!hint_of("PackedPolicyTooLarge", "ü%").contains("They take"));
    }
}
