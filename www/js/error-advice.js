// Loaded with the first error of STS: what to do about errors whose message names the cause. The hints of the package depend on
// little more than the error's code. This module does not access the page.
//
// Sources: IAM User Guide, "Troubleshoot SAML federation with IAM", "Create an OpenID Connect (OIDC) identity provider in IAM",
// "Pass session tags in AWS STS"; STS API Reference, "Common Errors".

/**
 * Advice on an error.
 *
 * @typedef {object} Advice
 * @property {RegExp} message
 * @property {string} [code] without `Exception`, if the message is not specific enough
 * @property {string} [operation]
 * @property {string} text
 */

/** The first match applies. @type {Advice[]} */
const ADVICE = [
  // AssumeRoleWithSAML
  {
    message: /Response signature invalid/i,
    text: "The SAML response is not signed with a certificate that the IAM identity provider has, or it was changed. If your identity provider has a new certificate, download its metadata and update the IAM identity provider.",
  },
  {
    message: /RoleSessionName is required in AuthnResponse/i,
    text: "The SAML response needs the attribute https://aws.amazon.com/SAML/Attributes/RoleSessionName. Map it in your identity provider, for example to the email address, and check that the user has one.",
  },
  {
    message: /RoleSessionName in AuthnResponse must match/i,
    text: "The attribute RoleSessionName of the SAML response must have 2 to 64 letters, digits or characters of _+=,.@- and no spaces. Map it in your identity provider to another property, such as the email address.",
  },
  {
    message: /Source Identity must match/i,
    text: 'The source identity must have 2 to 64 letters, digits or characters of _+=,.@- and cannot begin with "aws:". Map it in your identity provider to another property, such as the email address.',
  },
  {
    message: /required audience/i,
    text: "The audience of the SAML response is not one that AWS accepts. In your identity provider, set the audience (entity ID) to the one in AWS's SAML metadata, usually urn:amazon:webservices or https://signin.aws.amazon.com/saml.",
  },
  {
    message: /Issuer not present in specified provider/i,
    text: "The issuer of the SAML response is not the entity ID in the metadata of the IAM identity provider. Check that the identity provider's ARN is the right one, or update its metadata.",
  },
  {
    message: /Specified provider doesn't exist/i,
    text: "The account has no SAML identity provider with this ARN. Copy it from IAM, under Identity providers; names are case-sensitive.",
  },
  {
    message: /Invalid base64 SAMLResponse/i,
    text: "Enter the form field SAMLResponse exactly as your identity provider posts it: all of it, in Base64, neither decoded nor percent-encoded.",
  },
  {
    message: /Principal exists outside the account/i,
    text: "The role and the SAML identity provider must be in the same account. If the SAML response has several roles, use the provider that it names together with this role.",
  },
  {
    message: /(Principal|Request) ARN is invalid/i,
    operation: "AssumeRoleWithSAML",
    text: "One of the two ARNs is not valid. The role's ends in :role/NAME, the identity provider's in :saml-provider/NAME. SAML responses have both, in either order.",
  },
  {
    message: /redeemed within/i,
    text: "A SAML response can be used for five minutes only. Sign in again, and use the new one at once. If it still fails, the clock of the identity provider is wrong.",
  },
  {
    message: /^/,
    code: "InvalidIdentityToken",
    operation: "AssumeRoleWithSAML",
    text: "AWS does not accept the SAML response. Check that it is complete, that its recipient is https://signin.aws.amazon.com/saml (or a regional sign-in endpoint), that its NotOnOrAfter has not passed, and that it has the attributes Role and RoleSessionName. The attribute Role has pairs: the role's ARN and the identity provider's, with a comma between them.",
  },
  // AssumeRoleWithWebIdentity
  {
    message: /Incorrect token audience/i,
    text: "The token's audience (aud) is not registered in the IAM identity provider. Add it there as an audience (client ID), or request a token for an audience that is registered, such as sts.amazonaws.com.",
  },
  {
    message: /No OpenIDConnect provider found/i,
    text: "The role's account has no IAM identity provider with exactly this URL, the token's issuer (iss). Create it in IAM, under Identity providers, or check the account in the role ARN.",
  },
  {
    message: /match configured thumbprint/i,
    text: "The issuer's HTTPS certificate has changed. Update the thumbprint of the IAM identity provider.",
  },
  {
    message: /retrieve verification key/i,
    text: "AWS did not get the issuer's signing keys. Try again. If it still fails, check that the issuer's /.well-known/openid-configuration and the jwks_uri in it are reachable from the internet without sign-in, and that the keys include the token's kid.",
  },
  {
    message: /not a valid JWT/i,
    text: "Enter an ID token: three parts with dots between them, signed with an RSA or ECDSA key. Access tokens are not accepted.",
  },
  {
    message: /missing a required claim/i,
    text: "The token lacks a claim that AWS requires: iss, sub, aud, iat or exp. Enter the ID token, not the access token, which often has no aud.",
  },
  {
    message: /^/,
    code: "ExpiredToken",
    operation: "AssumeRoleWithWebIdentity",
    text: "The web identity token has expired. Get a new one from its issuer.",
  },
  // Session tags, source identity and MFA
  {
    message: /Duplicate tag keys/i,
    text: "Two session tags have the same key. Upper and lower case count as the same.",
  },
  {
    message: /conflicts with a transitive tag key/i,
    text: "The calling session already has a transitive tag with this key, and role chaining cannot change it. Remove the tag.",
  },
  {
    message: /Serialized token too large/i,
    text: "The session token would be too large. Shorten the session policies and tags; transitive tags of the calling session count too.",
  },
  {
    message: /source identity.*cannot be changed/i,
    text: "The calling session already has a source identity, and role chaining cannot change it. Leave the field empty, or enter the same.",
  },
  {
    message: /unable to validate MFA code/i,
    text: "The MFA device does not belong to the caller. Enter the ARN or serial number of the caller's own device, as IAM shows it. STS accepts codes of authenticator apps and hardware tokens, but no passkeys or security keys.",
  },
  // Account, credentials and endpoint
  {
    message: /^/,
    code: "OptInRequired",
    text: "The account cannot use this service. Check that its sign-up is complete (payment method, phone verification; a new account can take a day), that it is not suspended, and that the region is enabled for it.",
  },
  {
    message: /slash-delimited elements|missing equal-sign/i,
    text: "The access key ID or the region has a character that does not belong there, such as a slash, a comma or a space.",
  },
  {
    message: /scoped to correct service/i,
    text: "The endpoint belongs to a service other than STS. Check the endpoint.",
  },
];

/**
 * Returns what to do about an error, or undefined if its message names no cause.
 *
 * @param {{ name: string, message: string }} error
 * @param {string} operation
 * @returns {string | undefined}
 */
export function adviceOn({ name, message }, operation) {
  const code = name.replace(/Exception$/, "");
  return ADVICE.find(
    (advice) =>
      advice.message.test(message) && (advice.code ?? code) === code && (advice.operation ?? operation) === operation,
  )?.text;
}
