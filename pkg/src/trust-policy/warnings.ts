// Common mistakes in trust policies. Warnings do not change the verdict.

import { differByOneCharacter, lowercase } from "./arn.js";
import { isSigned, type ValidContext } from "./caller.js";
import { isMultivalued, isOfBearerTokens } from "./keys.js";
import { type Condition, isWildcardArn, type Policy, type Statement } from "./policy.js";
import { matchPrincipals } from "./principal.js";
import type { PolicyWarning } from "./types.js";

/** Returns the warnings for all statements. */
export function findWarnings(policy: Policy, context: ValidContext): PolicyWarning[] {
  const warnings = policy.statements.flatMap((statement) => {
    const found = [...ofStatement(statement, context)];
    for (const condition of statement.conditions) found.push(...ofCondition(condition, statement, policy, context));
    return found.map(([code, message]): PolicyWarning => ({ code, message, statement: statement.number }));
  });
  return [...ofRole(policy, context), ...warnings];
}

/** Warns if a role's own session assumes it, but the policy does not name the role. */
function ofRole(policy: Policy, context: ValidContext): PolicyWarning[] {
  const { caller, role } = context;
  if (!isSigned(caller) || caller.kind !== "assumed-role") return [];
  if (caller.name !== role.name || caller.account !== role.account) return [];
  const allows = policy.statements.filter(({ effect }) => effect === "Allow");
  if (allows.some((statement) => matchPrincipals(statement, context).named === true)) return [];
  return [{ code: "self-trust", message: "A role does not trust itself by default: add it as a principal." }];
}

type Found = [code: string, message: string][];

/** Condition keys that are often mistyped. */
const KEYS = [
  "sts:ExternalId",
  "sts:RoleSessionName",
  "sts:SourceIdentity",
  "sts:TransitiveTagKeys",
  "aws:PrincipalArn",
  "aws:PrincipalOrgID",
  "aws:MultiFactorAuthPresent",
  "aws:SourceIp",
  "aws:TagKeys",
];
/** Actions that can appear in a trust policy. */
const ACTIONS = [
  "sts:AssumeRole",
  "sts:AssumeRoleWithWebIdentity",
  "sts:AssumeRoleWithSAML",
  "sts:TagSession",
  "sts:SetSourceIdentity",
  "sts:SetContext",
];

function ofStatement(statement: Statement, context: ValidContext): Found {
  const found: Found = [];
  const { effect, principals, actions, conditions } = statement;
  const { nearMiss } = matchPrincipals(statement, context);
  if (nearMiss !== undefined) found.push(["near-miss", nearMiss]);
  for (const { value } of principals.filter(({ type, value }) => type === "AWS" && isWildcardArn(value))) {
    found.push(["wildcard-principal", `IAM rejects ${value}: a principal's ARN cannot contain wildcards.`]);
  }
  if (effect === "Allow" && principals.some(({ value }) => value === "*") && conditions.length === 0) {
    found.push(["open-to-everyone", "This statement lets in everyone with AWS credentials, from any account."]);
  }
  for (const action of actions.filter((action) => !/[*?]/.test(action))) {
    if (ACTIONS.some((known) => lowercase(known) === lowercase(action))) continue;
    const meant = ACTIONS.find((known) => differByOneCharacter(lowercase(known), lowercase(action)));
    found.push([
      "unknown-action",
      `${action} is not an action of a trust policy${meant ? `; did you mean ${meant}?` : "."}`,
    ]);
  }
  if (actions.includes("*")) found.push(["any-action", `IAM may reject the action "*": list the actions of STS.`]);
  if (statement.notAction && effect === "Allow") {
    found.push(["not-action", "Allow with NotAction allows every other action of STS."]);
  }
  return [...found, ...joined(statement), ...withoutSubject(statement, context)];
}

/** Warns of sts:TagSession, for example, in a statement with a condition on a key that only AssumeRole has. */
function joined({ actions, notAction, conditions }: Statement): Found {
  const further = actions.find((action) => /^sts:(tagsession|setsourceidentity|setcontext)$/i.test(action));
  const condition = conditions.find(({ key }) => /^sts:(externalid|rolesessionname)$/i.test(key));
  if (further === undefined || notAction || !condition) return [];
  const message = `${condition.key} is not documented for ${further}: allow ${further} in a separate statement.`;
  return [["joined-actions", message]];
}

/** Warns if there is no condition on the token's subject: a provider has many tenants, and all of them are let in. */
function withoutSubject({ effect, principals, conditions }: Statement, { caller }: ValidContext): Found {
  if (isSigned(caller) || caller.kind !== "web-identity" || effect === "Deny") return [];
  const provider = principals.some(({ type, value }) => type === "Federated" && value === caller.provider);
  const own = conditions.filter(({ key }) => lowercase(key).startsWith(`${lowercase(caller.prefix)}:`));
  // What all tokens for one app have in common.
  const ofApp = /:(aud|oaud|azp|app_id|iss)$/i;
  if (!provider || own.some(({ key }) => !ofApp.test(key))) return [];
  return [["no-subject", `Every token of ${caller.prefix} is let in: add a condition on ${caller.prefix}:sub.`]];
}

function ofCondition(condition: Condition, statement: Statement, policy: Policy, context: ValidContext): Found {
  const { operator, key, values } = condition;
  const found: Found = [];
  const name = lowercase(key);
  const meant = KEYS.find((known) => differByOneCharacter(lowercase(known), name));
  if (meant !== undefined) found.push(["unknown-key", `${key} is not a documented key; did you mean ${meant}?`]);
  if (isOfBearerTokens(key)) {
    const advice = "use the role's maximum session duration to limit how long its sessions last";
    const meant = name === "sts:durationseconds" ? `; ${advice}.` : ".";
    found.push(["bearer-token-key", `${key} is never present when a role is assumed${meant}`]);
  }
  const allow = statement.effect === "Allow";
  if (condition.set === "ForAllValues" && !isMultivalued(key)) {
    const message = `${key} has at most one value, so ForAllValues only makes ${operator} true if the key is missing.`;
    found.push(["for-all-values", `${message} Remove the prefix.`]);
  } else if (condition.set === "ForAllValues" && allow && !requiresPresence(key, statement)) {
    found.push([
      "for-all-values",
      `${operator} is true without any ${key}; add "Null": { "${key}": "false" } to require it.`,
    ]);
  }
  if (
    name === "aws:multifactorauthpresent" &&
    condition.ifExists &&
    allow &&
    values.some((value) => /true/i.test(value))
  ) {
    found.push([
      "mfa-if-exists",
      `${operator} lets in long-term credentials without MFA, because they do not have ${key}. Use Bool.`,
    ]);
  }
  if (name === "aws:multifactorauthpresent" && operator === "Bool" && !allow) {
    found.push([
      "mfa-deny",
      `Long-term credentials without MFA do not have ${key}, so Bool does not deny them. Use BoolIfExists.`,
    ]);
  }
  for (const value of values) found.push(...ofValue(condition, name, value, policy, context));
  return found;
}

function requiresPresence(key: string, { conditions }: Statement): boolean {
  return conditions.some((other) => other.base === "Null" && lowercase(other.key) === lowercase(key));
}

function ofValue(condition: Condition, name: string, value: string, policy: Policy, context: ValidContext): Found {
  const { operator, base, key } = condition;
  const quoted = JSON.stringify(value);
  const found: Found = [];
  if (value.includes("${") && !policy.variables && /^(String|Arn)/.test(base)) {
    const message = `${quoted} is compared as text: policy variables require "Version": "2012-10-17".`;
    found.push(["variables-need-version", message]);
  } else if (/^String(Not)?Equals/.test(base) && /[*?]/.test(value.replace(/\$\{[*?]\}/g, ""))) {
    const message = `${operator} compares * and ? in ${quoted} literally; use StringLike for wildcards.`;
    found.push(["literal-wildcard", message]);
  }
  if (name === "sts:externalid" && /\s/.test(value)) {
    found.push(["external-id-spaces", `${quoted} has white space, which STS does not accept in an external ID.`]);
  }
  if (name === "sts:externalid" && base === "StringEquals") found.push(...nearExternalId(value, context));
  if (name === "aws:principalarn" && /^arn:[^:]*:sts:/.test(value)) {
    found.push(["session-as-principal-arn", `For a session, ${key} is the ARN of its role, never ${quoted}.`]);
  }
  return found;
}

function nearExternalId(value: string, { request }: ValidContext): Found {
  const sent = request.externalId;
  if (typeof sent !== "string" || sent === value) return [];
  if (lowercase(sent.trim()) === lowercase(value.trim())) {
    const what = sent.trim() === value.trim() ? "white space" : "case";
    return [["near-miss", `The external ID in the request differs from the policy's only in ${what}.`]];
  }
  const near = differByOneCharacter(sent, value);
  return near ? [["near-miss", "The external ID in the request differs from the policy's by one character."]] : [];
}
