//! What to do next, for the errors that people meet.
//!
//! Source: IAM User Guide, "Troubleshooting IAM"; STS API Reference, "Common Errors".

use super::{Error, ErrorKind};
use crate::holds;

/// A sentence or three for a person who has just met `error`.
pub(super) fn hint(error: &Error) -> Option<String> {
    let fixed = match error.kind() {
        ErrorKind::Service => return service(error),
        ErrorKind::Network => {
            "Check the connection and the endpoint. In a browser the same error stands for an answer without CORS \
             headers and for an address that the page's Content-Security-Policy does not allow; the browser's \
             console tells which."
        }
        ErrorKind::Timeout => "The endpoint is slow or cannot be reached. Try again, or allow a longer requestTimeout.",
        ErrorKind::Response => {
            "Something other than STS answered: a proxy, a sign-in page of the network, or a wrong endpoint. Check \
             the endpoint's address."
        }
        ErrorKind::Credentials => "Give an access key id and its secret access key, or a provider of them.",
        ErrorKind::Configuration | ErrorKind::Validation | ErrorKind::Aborted => return None,
    };
    Some(fixed.to_owned())
}

fn service(error: &Error) -> Option<String> {
    let message = error.message();
    let lower = message.to_ascii_lowercase();
    let says = |words: &str| holds(&lower, words);
    let code = error.code().strip_suffix("Exception").unwrap_or(error.code());
    let hint = match code {
        "AccessDenied" if says("multifactorauthentication") || says("mfa") => {
            "Give the MFA device's serial number and the code it shows now; each code works once."
        }
        "AccessDenied"
            if says("assumerole") || says("assumeroot") || says("tagsession") || says("setsourceidentity") =>
        {
            "Three things must agree: the role's trust policy names the caller (and sts:TagSession or \
             sts:SetSourceIdentity where these are used); the caller's own policies allow sts:AssumeRole on the role, \
             which in another account they must; and the trust policy's conditions hold: external id, MFA, source \
             address. A misspelt role gives the same answer."
        }
        "AccessDenied" => {
            "The caller's policies do not allow this, or a service control policy, permissions boundary or session \
             policy forbids it."
        }
        "SignatureDoesNotMatch" if says("expired") || says("not yet current") => CLOCK,
        "SignatureDoesNotMatch" => {
            "The secret access key does not belong to the access key id, or has a character too many or too few. If \
             it is right: check the clock, and that the endpoint's region is the one signed for."
        }
        "RequestTimeTooSkewed" | "RequestExpired" => CLOCK,
        "ExpiredToken" => "The session has ended, or the token that was given is too old. Get new temporary keys.",
        "ExpiredTradeInToken" => "The trade-in token is too old. Ask for a new one.",
        "InvalidClientTokenId" | "InvalidAccessKeyId" | "UnrecognizedClient" => {
            "The access key id is unknown or not active, belongs to another partition (AWS China, GovCloud), or is \
             temporary and came without its session token."
        }
        "MissingAuthenticationToken" | "IncompleteSignature" | "MissingAuthenticationTokenException" => {
            "The request carried no usable signature. A proxy may have removed the Authorization header."
        }
        "RegionDisabled" => {
            "STS is not activated in this region for the account. Use another region, or have an administrator \
             activate it under IAM, Account settings."
        }
        "PackedPolicyTooLarge" => return Some(packed(message)),
        "MalformedPolicyDocument" => {
            "The session policy is not valid. Check that it is JSON, has Version and Statement, and no Principal."
        }
        "ValidationError" if says("maxsessionduration") => {
            "The duration is longer than the role's own maximum. Ask for less, or raise the role's \
             MaxSessionDuration (one hour if it was never set)."
        }
        "ValidationError" if says("durationseconds") || says("role chaining") => {
            "A role that assumes another role (role chaining) gets one hour at most, whatever the role's maximum. \
             Otherwise the duration must be from 15 minutes to the role's maximum."
        }
        "ValidationError" => "A value breaks STS's rules; the message names it.",
        "IDPRejectedClaim" => {
            "The identity provider did not accept the token: it may be revoked or expired, or for another audience. \
             Sign in there again."
        }
        "IDPCommunicationError" => "STS could not reach the identity provider. Try again in a moment.",
        "InvalidIdentityToken" => {
            "The token is not one that the identity provider in IAM accepts: check its issuer, its audience (client \
             id), and that the provider's signing keys can be fetched."
        }
        "InvalidAuthorizationMessage" => "The encoded message is incomplete or from another account. Copy all of it.",
        "OutboundWebIdentityFederationDisabled" => {
            "An administrator must enable outbound identity federation under IAM, Account settings."
        }
        "JWTPayloadSizeExceeded" => "Ask for fewer or shorter tags and audiences.",
        "SessionDurationEscalation" => "Ask for a duration that ends before the calling session does.",
        _ if error.is_throttling() => "There are too many calls at once. Wait a little; keep and reuse the keys.",
        _ if error.status().is_some_and(|status| status >= 500) => "The service has a fault. Try again in a moment.",
        _ => return None,
    };
    Some(hint.to_owned())
}

const CLOCK: &str =
    "This machine's clock is wrong by minutes. Set it by the network's time, or give systemClockOffset.";

fn packed(message: &str) -> String {
    let by = match percentage(message) {
        Some(percentage) => [" They take ", percentage, " of the room."].concat(),
        None => String::new(),
    };
    ["The session policies and tags are too large together, after STS has packed them.", &by, " Shorten them."].concat()
}

/// The first `123%` in a text.
fn percentage(text: &str) -> Option<&str> {
    let end = text.find('%')?;
    let start = text[..end]
        .rfind(|character: char| !character.is_ascii_digit())
        .map_or(0, |index| index + text[index..].chars().next().map_or(1, char::len_utf8));
    (start < end).then(|| &text[start..=end])
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
