// The IAM policies that would allow a request. This module does not access the page.
//
// Sources: IAM User Guide, "AWS JSON policy elements: Principal", "Pass session tags in AWS STS", "Create a role for OpenID
// Connect federation", "Create a role for SAML 2.0 federation".

import { identityOf } from "./arn.js";
import { assertionClaims, identityProvider, tokenClaims } from "./token-claims.js";

/** @typedef {Record<string, any>} Input */
/** @typedef {Record<string, Record<string, unknown>>} Conditions */

/**
 * A request that was refused.
 *
 * @typedef {object} RefusedRequest
 * @property {string} operation
 * @property {Input} input
 * @property {string} [caller] the ARN of the caller; for a role session, of the role if it is known
 * @property {string} [action] the action that was refused, e.g. `sts:TagSession`
 * @property {string} [resource] the resource of a request that is not for a role
 */

/** Condition keys that only requests for sts:AssumeRole have. */
const OF_ASSUME_ROLE = "sts:ExternalId";
/** The claims or attributes with the session tags of a token, and the one with the source identity. */
const TAGS_IN_TOKEN = /^https:\/\/aws\.amazon\.com\/tags($|\/)|\/SAML\/Attributes\/(PrincipalTag:|TransitiveTagKeys$)/;
const SOURCE_IDENTITY_IN_TOKEN = /^https:\/\/aws\.amazon\.com\/source_identity$|\/SAML\/Attributes\/SourceIdentity$/;

/** Returns whether a role has to trust the caller of a request. @param {{ operation: string }} request */
export function assumesRole({ operation }) {
  return /^AssumeRole($|With)/.test(operation);
}

/** Returns whether the caller signs a request with credentials. @param {{ operation: string }} request */
export function isSigned({ operation }) {
  return !/With(SAML|WebIdentity)$/.test(operation);
}

/** Returns the role's trust policy that allows a request. @param {RefusedRequest} request */
export function trustPolicy(request) {
  const { principal, conditions } = principalOf(request);
  const [main, ...further] = actionsFor(request);
  const externalId = /** @type {Conditions} */ (conditions).StringEquals?.[OF_ASSUME_ROLE];
  if (!further.length || externalId === undefined) return policy(allow(principal, [main, ...further], conditions));
  // sts:TagSession and sts:SetSourceIdentity with a condition on the external ID would be denied.
  const { StringEquals: _, ...others } = /** @type {Conditions} */ (conditions);
  return policy(allow(principal, [main], conditions), allow(principal, further, others));
}

/** Returns the identity policy that allows the caller a request. @param {RefusedRequest} request */
export function callerPolicy(request) {
  return policy({ Effect: "Allow", Action: oneOrMore(actionsFor(request)), Resource: resourceOf(request) });
}

/** Returns a policy for all of an organization's accounts that allows a request. @param {RefusedRequest} request */
export function organizationPolicy(request) {
  return policy({ Effect: "Allow", Action: oneOrMore(actionsFor(request)), Resource: "*" });
}

/** Returns a policy of a resource, such as a VPC endpoint, that allows a request. @param {RefusedRequest} request */
export function resourcePolicy(request) {
  const { principal } = principalOf(request);
  const Action = oneOrMore(actionsFor(request));
  return policy({ Effect: "Allow", Principal: principal, Action, Resource: resourceOf(request) });
}

/**
 * Returns a statement like the one that denies a request.
 *
 * @param {RefusedRequest} request
 * @param {"Principal" | "Resource"} element that such policies have
 */
export function denyStatement(request, element) {
  const { action = `sts:${request.operation}` } = request;
  const matched = element === "Principal" ? principalOf(request).principal : resourceOf(request);
  return JSON.stringify({ Effect: "Deny", [element]: matched, Action: action }, null, 2);
}

/** @param {RefusedRequest} request */
function resourceOf({ input, resource = "*" }) {
  return input.RoleArn ?? resource;
}

/**
 * Returns the principal of a request, and the conditions that its inputs meet.
 *
 * @param {RefusedRequest} request
 * @returns {{ principal: object, conditions: Conditions }}
 */
function principalOf({ operation, input, caller = "" }) {
  if (operation === "AssumeRoleWithWebIdentity") return webIdentity(input);
  if (operation === "AssumeRoleWithSAML") return samlIdentity(input);
  const { principal, patterns } = signedPrincipal(caller);
  const { ExternalId, SerialNumber } = input;
  const conditions = {
    ...(ExternalId && { StringEquals: { [OF_ASSUME_ROLE]: ExternalId } }),
    ...(SerialNumber && { Bool: { "aws:MultiFactorAuthPresent": "true" } }),
    ...(patterns && { ArnLike: { "aws:PrincipalArn": patterns } }),
  };
  return { principal: { AWS: principal }, conditions };
}

/**
 * @param {Input} input
 * @returns {{ principal: object, conditions: Conditions }}
 */
function webIdentity(input) {
  const { issuer, principal } = identityProvider(input);
  const { sub, aud, azp } = tokenClaims(input.WebIdentityToken) ?? {};
  // The audience of Google's tokens is in azp.
  const audience = issuer === "accounts.google.com" ? (azp ?? aud) : aud;
  const keys = {
    ...(audience !== undefined && { [`${issuer}:aud`]: audience }),
    ...(sub !== undefined && { [`${issuer}:sub`]: sub }),
  };
  return { principal: { Federated: principal }, conditions: Object.keys(keys).length ? { StringEquals: keys } : {} };
}

/** @param {Input} input */
function samlIdentity({ PrincipalArn, SAMLAssertion }) {
  const audience = assertionClaims(SAMLAssertion)?.aud ?? "https://signin.aws.amazon.com/saml";
  return { principal: { Federated: PrincipalArn }, conditions: { StringEquals: { "SAML:aud": audience } } };
}

/**
 * Returns the principal of a caller. For a role session it is the role: the session's own ARN would match only this
 * session name. `patterns` are set if the role's own ARN is not known.
 *
 * @param {string} caller
 * @returns {{ principal: string, patterns?: string[] }}
 */
function signedPrincipal(caller) {
  const { kind, partition, account, name } = identityOf(caller);
  if (kind !== "assumed-role") return { principal: caller };
  const roles = `arn:${partition}:iam::${account}:role`;
  if (!name.startsWith("AWSReservedSSO_")) return { principal: `${roles}/${name}` };
  // The roles of IAM Identity Center have a path that the session's ARN does not include.
  const ssoRoles = `${roles}/aws-reserved/sso.amazonaws.com`;
  return {
    principal: `arn:${partition}:iam::${account}:root`,
    patterns: [`${ssoRoles}/${name}`, `${ssoRoles}/*/${name}`],
  };
}

/**
 * Returns the action of a request, followed by those that its inputs need as well.
 *
 * @param {RefusedRequest} request
 */
function actionsFor({ operation, input, action }) {
  const { Tags, TransitiveTagKeys, SourceIdentity, ProvidedContexts } = input;
  const inToken = namesInToken(operation, input);
  const actions = new Set([`sts:${operation}`]);
  if (Tags?.length || TransitiveTagKeys?.length || inToken.some((name) => TAGS_IN_TOKEN.test(name)))
    actions.add("sts:TagSession");
  if (SourceIdentity || inToken.some((name) => SOURCE_IDENTITY_IN_TOKEN.test(name)))
    actions.add("sts:SetSourceIdentity");
  if (ProvidedContexts?.length) actions.add("sts:SetContext");
  // The caller's session may have transitive tags and a source identity.
  if (action) actions.add(action);
  return [...actions];
}

/** Returns the names of the claims or attributes of an input's token. @param {string} operation @param {Input} input */
function namesInToken(operation, { WebIdentityToken, SAMLAssertion }) {
  if (operation === "AssumeRoleWithWebIdentity") return Object.keys(tokenClaims(WebIdentityToken) ?? {});
  return operation === "AssumeRoleWithSAML" ? Object.keys(assertionClaims(SAMLAssertion) ?? {}) : [];
}

/**
 * @param {object} principal
 * @param {string[]} actions
 * @param {Conditions} conditions
 */
function allow(principal, actions, conditions) {
  return {
    Effect: "Allow",
    Principal: principal,
    Action: oneOrMore(actions),
    ...(Object.keys(conditions).length && { Condition: conditions }),
  };
}

/** @param {string[]} actions */
function oneOrMore(actions) {
  return actions.length === 1 ? actions[0] : actions;
}

/** @param {object[]} statements */
function policy(...statements) {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 2);
}
