// What a web identity token and a SAML assertion say about the caller. Nothing is verified: that is up to STS. This module does
// not access the page.
//
// Sources: RFC 7519, "JSON Web Token"; OASIS, "Assertions and Protocols for SAML 2.0"; IAM User Guide, "IAM and AWS STS
// condition context keys", "Configure SAML assertions for the authentication response".

/** @typedef {Record<string, unknown>} Claims */

/** Identity providers that IAM knows by these names, without an ARN. */
const BUILT_IN = [
  "accounts.google.com",
  "cognito-identity.amazonaws.com",
  "cognito-identity-us-gov.amazonaws.com",
  "cognito-identity.us-gov-east-1.amazonaws.com",
  "cognito-identity.cn-north-1.amazonaws.com.cn",
  "graph.facebook.com",
  "www.amazon.com",
];

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

/** Attributes for STS itself, such as session tags. */
const OF_AWS = /\/SAML\/Attributes\//;
const EDU_PERSON = "urn:oid:1.3.6.1.4.1.5923.1.1.1.";
const EDU_ORG = "urn:oid:1.3.6.1.4.1.5923.1.2.1.";
const IDENTITY_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/";
/** The condition keys that IAM derives from a SAML assertion's attributes, by their names. It ignores the others. */
const KEY_OF_ATTRIBUTE = new Map([
  [`${EDU_PERSON}1`, "eduPersonAffiliation"],
  [`${EDU_PERSON}2`, "eduPersonNickname"],
  [`${EDU_PERSON}3`, "eduPersonOrgDN"],
  [`${EDU_PERSON}4`, "eduPersonOrgUnitDN"],
  [`${EDU_PERSON}5`, "eduPersonPrimaryAffiliation"],
  [`${EDU_PERSON}6`, "eduPersonPrincipalName"],
  [`${EDU_PERSON}7`, "eduPersonEntitlement"],
  [`${EDU_PERSON}8`, "eduPersonPrimaryOrgUnitDN"],
  [`${EDU_PERSON}9`, "eduPersonScopedAffiliation"],
  [`${EDU_PERSON}10`, "eduPersonTargetedID"],
  [`${EDU_PERSON}11`, "eduPersonAssurance"],
  [`${EDU_ORG}2`, "eduOrgHomePageURI"],
  [`${EDU_ORG}3`, "eduOrgIdentityAuthNPolicyURI"],
  [`${EDU_ORG}4`, "eduOrgLegalName"],
  [`${EDU_ORG}5`, "eduOrgSuperiorURI"],
  [`${EDU_ORG}6`, "eduOrgWhitePagesURI"],
  ["urn:oid:2.5.4.3", "cn"],
  [`${IDENTITY_CLAIMS}name`, "name"],
  [`${IDENTITY_CLAIMS}givenname`, "givenName"],
  [`${IDENTITY_CLAIMS}surname`, "surname"],
  [`${IDENTITY_CLAIMS}emailaddress`, "mail"],
  ["http://schemas.xmlsoap.org/claims/CommonName", "commonName"],
  ["2.5.4.3", "commonName"],
  ["2.5.4.4", "surname"],
  ["2.5.4.45", "x500UniqueIdentifier"],
  ["0.9.2342.19200300100.1.1", "uid"],
  ["0.9.2342.19200300100.1.3", "mail"],
]);

/**
 * Returns the condition keys of a SAML assertion, without `saml:`, and its attributes for AWS. What cannot be read with
 * certainty is left out.
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

/** @typedef {{ name: string, tag: string, text: string }} Tag `text` is the one after the tag */

/** @param {string} xml */
function readAssertion(xml) {
  const tags = [...xml.matchAll(/<([^<>]*)>([^<]*)/g)].map(([, tag, text]) => ({
    name: tag.replace(/^(\/?)(?:[\w-]+:)?([\w-]*)[\s\S]*$/, "$1$2"),
    tag,
    text: unescaped(text.trim()),
  }));
  const named = (/** @type {string} */ name) => tags.filter((tag) => tag.name === name);
  const [format = ""] = named("NameID").map(({ tag }) => attributeOf(tag, "Format") ?? "");
  const [, kind] = /^urn:oasis:names:tc:SAML:2\.0:nameid-format:(persistent|transient)$/.exec(format) ?? [];
  /** @type {[string, unknown][]} */
  const keys = [
    // A response and its assertion each have an issuer.
    ["iss", only(named("Issuer").map(({ text }) => text))],
    ["sub", only(named("NameID").map(({ text }) => text))],
    ["sub_type", kind ?? (format || undefined)],
    ["aud", only(named("SubjectConfirmationData").map(({ tag }) => attributeOf(tag, "Recipient")))],
    ...samlAttributes(tags),
  ];
  return Object.fromEntries(keys.filter(([, value]) => value !== undefined));
}

/**
 * Returns the condition keys of an assertion's attributes, and its attributes for AWS, each with its values.
 *
 * @param {Tag[]} tags
 * @returns {Map<string, string[] | undefined>}
 */
function samlAttributes(tags) {
  const attributes = new Map();
  /** @type {string[]} */
  let values = [];
  for (const { name, tag, text } of tags) {
    if (name === "AttributeValue") values.push(text);
    if (name !== "Attribute") continue;
    const attribute = attributeOf(tag, "Name") ?? "";
    const isOfAws = OF_AWS.test(attribute);
    const key = isOfAws ? attribute : KEY_OF_ATTRIBUTE.get(attribute);
    values = (isOfAws && attributes.get(key)) || [];
    // Which one IAM uses, if several attributes are one condition key, is not documented.
    if (key !== undefined) attributes.set(key, !isOfAws && attributes.has(key) ? undefined : values);
  }
  return attributes;
}

/**
 * @param {string} tag
 * @param {string} name
 */
function attributeOf(tag, name) {
  const attributes = [...tag.matchAll(/\s([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)];
  const found = attributes.find(([, other]) => other === name);
  return found && unescaped(found[2] ?? found[3]);
}

/** Returns the value if all are the same. @param {(string | undefined)[]} values */
function only(values) {
  return new Set(values).size === 1 ? values[0] : undefined;
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
