// The IAM policies that would allow a caller to assume a role. This module does not access the page.
//
// Sources: IAM User Guide, "AWS JSON policy elements: Principal" and "Pass session tags in AWS STS".

import { identityOf } from "./arn.js";

/** @typedef {Record<string, any>} Input */

/**
 * Returns the trust policy that allows `caller`, an ARN, to make an AssumeRole call with this input.
 *
 * @param {string} caller
 * @param {Input} input
 */
export function trustPolicy(caller, input) {
  const { principal, patterns } = principalOf(caller);
  const conditions = { ...conditionsFor(input), ...(patterns && { ArnLike: { "aws:PrincipalArn": patterns } }) };
  return policy({
    Effect: "Allow",
    Principal: { AWS: principal },
    Action: actionsFor(input),
    ...(Object.keys(conditions).length && { Condition: conditions }),
  });
}

/**
 * Returns the identity policy that the caller needs if the role is in another account.
 *
 * @param {Input} input
 */
export function callerPolicy(input) {
  return policy({ Effect: "Allow", Action: actionsFor(input), Resource: input.RoleArn });
}

/**
 * Returns the principal of a caller. For a role session it is the role: the session's own ARN would match only this
 * session name. `patterns` are set if the role's own ARN is not known.
 *
 * @param {string} caller
 * @returns {{ principal: string, patterns?: string[] }}
 */
function principalOf(caller) {
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

/** @param {Input} input */
function actionsFor({ Tags, SourceIdentity, ProvidedContexts }) {
  const actions = ["sts:AssumeRole"];
  if (Tags?.length) actions.push("sts:TagSession");
  if (SourceIdentity) actions.push("sts:SetSourceIdentity");
  if (ProvidedContexts?.length) actions.push("sts:SetContext");
  return actions.length === 1 ? actions[0] : actions;
}

/** @param {Input} input */
function conditionsFor({ ExternalId, SerialNumber }) {
  return {
    ...(ExternalId && { StringEquals: { "sts:ExternalId": ExternalId } }),
    ...(SerialNumber && { Bool: { "aws:MultiFactorAuthPresent": "true" } }),
  };
}

/** @param {object} statement */
function policy(statement) {
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] }, null, 2);
}
