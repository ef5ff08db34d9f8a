// The policies that would let a caller take on a role. Nothing here touches the page.
//
// Sources: IAM User Guide, "AWS JSON policy elements: Principal" and "Pass session tags in AWS STS".

import { identityOf } from "./arn.js";

/** The trust policy that lets `caller`, an ARN, make the AssumeRole call with this input. */
export function trustPolicy(caller, input) {
  const conditions = { ...conditionsOf(input) };
  let principal = principalOf(caller);
  if (principal.like) {
    conditions.ArnLike = { "aws:PrincipalArn": principal.like };
    principal = principal.within;
  }
  return policy({
    Effect: "Allow",
    Principal: { AWS: principal },
    Action: actions(input),
    ...(Object.keys(conditions).length && { Condition: conditions }),
  });
}

/** The policy that the caller itself needs where the role is in another account. */
export function callerPolicy(input) {
  return policy({ Effect: "Allow", Action: actions(input), Resource: input.RoleArn });
}

/** A session of a role is trusted as its role: the session's own ARN would fit this one session name alone. */
function principalOf(caller) {
  const { kind, partition, account, name } = identityOf(caller);
  if (kind !== "assumed-role") return caller;
  const roles = `arn:${partition}:iam::${account}:role`;
  if (!name.startsWith("AWSReservedSSO_")) return `${roles}/${name}`;
  // IAM Identity Center puts its roles below a path that the session does not show.
  const below = `${roles}/aws-reserved/sso.amazonaws.com`;
  return { within: `arn:${partition}:iam::${account}:root`, like: [`${below}/${name}`, `${below}/*/${name}`] };
}

function actions({ Tags, SourceIdentity, ProvidedContexts }) {
  const all = ["sts:AssumeRole"];
  if (Tags?.length) all.push("sts:TagSession");
  if (SourceIdentity) all.push("sts:SetSourceIdentity");
  if (ProvidedContexts?.length) all.push("sts:SetContext");
  return all.length === 1 ? all[0] : all;
}

function conditionsOf({ ExternalId, SerialNumber }) {
  return {
    ...(ExternalId && { StringEquals: { "sts:ExternalId": ExternalId } }),
    ...(SerialNumber && { Bool: { "aws:MultiFactorAuthPresent": "true" } }),
  };
}

function policy(statement) {
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] }, null, 2);
}
