// What a web identity token and a SAML assertion say about the caller. Nothing is verified: that is up to STS. This module does
// not access the page.
//
// Sources: RFC 7519, "JSON Web Token"; OASIS, "Assertions and Protocols for SAML 2.0"; IAM User Guide, "IAM and AWS STS
// condition context keys", "Configure SAML assertions for the authentication response".

/** @typedef {Record<string, unknown>} Claims */

/** Identity providers that IAM knows by these names, without an ARN. */
const BUILT_IN = ["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];

/**
 * Returns the claims of a JSON Web Token, or undefined if the token is another kind of text.
 *
 * @param {string} [token]
 * @returns {Claims | undefined}
 */
export function tokenClaims(token = "") {
  try {
    const claims = JSON.parse(decodeBase64(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    return typeof claims === "object" && claims !== null && !Array.isArray(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the issuer of an input's token, without `https://`, and the issuer's principal in a trust policy.
 *
 * @param {Record<string, any>} input of AssumeRoleWithWebIdentity
 */
export function identityProvider({ RoleArn = "", WebIdentityToken, ProviderId = "" }) {
  const issuer = String(tokenClaims(WebIdentityToken)?.iss ?? ProviderId).replace(/^https:\/\//, "");
  const [, partition = "aws", , , account = ""] = RoleArn.split(":");
  const principal = BUILT_IN.includes(issuer) ? issuer : `arn:${partition}:iam::${account}:oidc-provider/${issuer}`;
  return { issuer, principal };
}

/**
 * Returns the condition keys of a SAML assertion, without `saml:`, and its attributes. What cannot be read with certainty is
 * left out.
 *
 * @param {string} [assertion] in Base64
 * @returns {Claims | undefined}
 */
export function assertionClaims(assertion = "") {
  try {
    const xml = decodeBase64(assertion);
    // The text of an element with a comment in it, or of one in CDATA, is not what it seems.
    return /<(?:[\w-]+:)?Assertion\b/.test(xml) && !/<!/.test(xml) ? readAssertion(xml) : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} xml */
function readAssertion(xml) {
  const [, format = ""] = /<(?:[\w-]+:)?NameID\b[^>]*\sFormat="([^"]*)"/.exec(xml) ?? [];
  const [, kind] = /^urn:oasis:names:tc:SAML:2\.0:nameid-format:(persistent|transient)$/.exec(format) ?? [];
  const recipients = [...xml.matchAll(/<(?:[\w-]+:)?SubjectConfirmationData\b[^>]*\sRecipient="([^"]*)"/g)];
  /** @type {[string, unknown][]} */
  const keys = [
    ["iss", onlyText(xml, "Issuer")],
    ["sub", onlyText(xml, "NameID")],
    ["sub_type", kind ?? (format || undefined)],
    ["aud", recipients.length === 1 ? unescaped(recipients[0][1]) : undefined],
    ...attributes(xml),
  ];
  return Object.fromEntries(keys.filter(([, value]) => value !== undefined));
}

/**
 * The attributes of an assertion, each with its values.
 *
 * @param {string} xml
 * @returns {[string, string[]][]}
 */
function attributes(xml) {
  return [...xml.matchAll(/<((?:[\w-]+:)?Attribute)\s[^>]*?\bName="([^"]*)"[^>]*[^/]>([\s\S]*?)<\/\1\s*>/g)].map(
    ([, , name, content]) => [unescaped(name), texts(content, "AttributeValue")],
  );
}

/**
 * The text of an element, if all elements of this name have the same: a response and its assertion each have an issuer.
 *
 * @param {string} xml
 * @param {string} name
 */
function onlyText(xml, name) {
  const all = new Set(texts(xml, name));
  return all.size === 1 ? [...all][0] : undefined;
}

/**
 * @param {string} xml
 * @param {string} name
 */
function texts(xml, name) {
  const elements = xml.matchAll(new RegExp(`<(?:[\\w-]+:)?${name}(?:\\s[^>]*)?>([^<]*)<`, "g"));
  return [...elements].map(([, text]) => unescaped(text.trim()));
}

/** @param {string} text */
function unescaped(text) {
  const characters = /** @type {Record<string, string>} */ ({ lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" });
  return text.replace(/&(\w+);/g, (reference, name) => characters[name] ?? reference);
}

/** Decodes UTF-8 in Base64; line breaks in it are ignored. @param {string} base64 */
function decodeBase64(base64) {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)));
}
