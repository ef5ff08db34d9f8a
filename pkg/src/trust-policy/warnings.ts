// Common mistakes in trust policies. Warnings do not change the verdict.

import { differByOneCharacter, lowercase } from "./arn.js";
import { isSigned, type ValidContext } from "./caller.js";
import { isMultivalued } from "./keys.js";
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

/** A role that its own session assumes again. */
function ofRole(policy: Policy, context: ValidContext): PolicyWarning[] {
  const { caller, role } = context;
  if (!isSigned(caller) || caller.kind !== "assumed-role") return [];
  if (caller.name !== role.name || caller.account !== role.account) return [];
  const allows = policy.statements.filter(({ effect }) => effect === "Allow");
  if (allows.some((statement) => matchPrincipals(statement, context).named === true)) return [];
  return [
    { code: "self-trust", message: "A role does not trust itself: for its own sessions, name it as a principal." },
  ];
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
/** Actions that a trust policy may have. */
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
    found.push(["wildcard-principal", `IAM does not save ${value}: no wildcard may stand inside a principal's ARN.`]);
  }
  if (effect === "Allow" && principals.some(({ value }) => value === "*") && conditions.length === 0) {
    found.push(["open-to-everyone", "Everyone with AWS credentials, of any account, is let in by this statement."]);
  }
  for (const action of actions.filter((action) => !/[*?]/.test(action))) {
    if (ACTIONS.some((known) => lowercase(known) === lowercase(action))) continue;
    const meant = ACTIONS.find((known) => differByOneCharacter(lowercase(known), lowercase(action)));
    found.push([
      "unknown-action",
      `${action} is no action of a trust policy${meant ? `; did you mean ${meant}?` : "."}`,
    ]);
  }
  if (actions.includes("*")) found.push(["any-action", `IAM may refuse to save "*" as an action: write those of STS.`]);
  if (statement.notAction && effect === "Allow") {
    found.push(["not-action", "Allow with NotAction allows every other action of STS."]);
  }
  return [...found, ...joined(statement), ...withoutSubject(statement, context)];
}

/** sts:TagSession in one statement with a condition on what only AssumeRole has. */
function joined({ actions, notAction, conditions }: Statement): Found {
  const further = actions.find((action) => /^sts:(tagsession|setsourceidentity)$/i.test(action));
  const condition = conditions.find(({ key }) => /^sts:(externalid|rolesessionname)$/i.test(key));
  if (further === undefined || notAction || !condition) return [];
  const message = `${condition.key} is not documented for ${further}: put ${further} in a separate statement, without it.`;
  return [["joined-actions", message]];
}

/** A token's provider serves many tenants; without its `sub` all of them are let in. */
function withoutSubject({ effect, principals, conditions }: Statement, { caller }: ValidContext): Found {
  if (isSigned(caller) || caller.kind !== "web-identity" || effect === "Deny") return [];
  const provider = principals.some(({ type, value }) => type === "Federated" && value === caller.provider);
  const own = conditions.filter(({ key }) => lowercase(key).startsWith(`${lowercase(caller.prefix)}:`));
  if (!provider || own.some(({ key }) => !lowercase(key).endsWith(":aud"))) return [];
  return [["no-subject", `Every token of ${caller.prefix} is let in: add a condition on ${caller.prefix}:sub.`]];
}

function ofCondition(condition: Condition, statement: Statement, policy: Policy, context: ValidContext): Found {
  const { operator, key, values } = condition;
  const found: Found = [];
  const name = lowercase(key);
  const meant = KEYS.find((known) => differByOneCharacter(lowercase(known), name));
  if (meant !== undefined) found.push(["unknown-key", `${key} is not a documented key; did you mean ${meant}?`]);
  const allow = statement.effect === "Allow";
  if (condition.set === "ForAllValues" && !isMultivalued(key)) {
    const message = `${key} has one value at most, so ForAllValues only makes ${operator} true where the key is missing.`;
    found.push(["for-all-values", `${message} Leave the prefix out.`]);
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
      `${operator} lets long-term keys without MFA in, because they do not have ${key}. Use Bool.`,
    ]);
  }
  if (name === "aws:multifactorauthpresent" && operator === "Bool" && !allow) {
    found.push([
      "mfa-deny",
      `Long-term keys without MFA do not have ${key}, so Bool does not deny them. Use BoolIfExists.`,
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
    found.push(["variables-need-version", `${quoted} is compared as text: variables need "Version": "2012-10-17".`]);
  } else if (/^String(Not)?Equals/.test(base) && /[*?]/.test(value.replace(/\$\{[*?]\}/g, ""))) {
    found.push(["literal-wildcard", `${operator} takes * and ? in ${quoted} literally; use StringLike for wildcards.`]);
  }
  if (name === "sts:externalid" && /\s/.test(value)) {
    found.push(["external-id-spaces", `${quoted} has white space, which STS accepts in no external ID.`]);
  }
  if (name === "sts:externalid" && base === "StringEquals") found.push(...nearExternalId(value, context));
  if (name === "aws:principalarn" && /^arn:[^:]*:sts:/.test(value)) {
    found.push(["session-as-principal-arn", `${key} of a session is the ARN of its role, never ${quoted}.`]);
  }
  return found;
}

function nearExternalId(value: string, { request }: ValidContext): Found {
  const sent = request.externalId;
  if (typeof sent !== "string" || sent === value) return [];
  if (lowercase(sent.trim()) === lowercase(value.trim())) {
    const what = sent.trim() === value.trim() ? "white space" : "case";
    return [["near-miss", `The external ID that is sent differs from the policy's in ${what} only.`]];
  }
  const near = differByOneCharacter(sent, value);
  return near ? [["near-miss", "The external ID that is sent differs from the policy's by one character."]] : [];
}
