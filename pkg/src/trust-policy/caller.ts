// Validates the context (the caller, the role and the request) and parses its ARNs.

import { type PrincipalArn, parsePrincipalArn } from "./arn.js";
import { isObject } from "./document.js";
import type {
  AssumeAction,
  AssumeRequest,
  PolicyViolation,
  SamlCaller,
  SignedCaller,
  TrustPolicyContext,
  WebIdentityCaller,
} from "./types.js";

/** A context that is consistent and follows AWS's rules for names. */
export interface ValidContext {
  action: AssumeAction;
  role: PrincipalArn & { arn: string };
  caller: Signed | Federated;
  request: AssumeRequest;
  conditionKeys: Record<string, string | string[] | null>;
}

/** A caller with AWS credentials. */
export interface Signed extends SignedCaller, PrincipalArn {
  kind: Exclude<PrincipalArn["kind"], "role">;
}

/** A caller with a token or an assertion. */
export interface Federated {
  kind: "web-identity" | "saml";
  /** The `Federated` principal that a policy must have for this caller. */
  provider: string;
  /** Prefix of the provider's condition keys, without the colon: the issuer without `https://`, or `saml`. */
  prefix: string;
  claims: Record<string, unknown> | null;
}

const ACTIONS = { "web-identity": "sts:AssumeRoleWithWebIdentity", saml: "sts:AssumeRoleWithSAML" } as const;
/** Providers that are built into IAM and named by their domain, not by an ARN. */
const BUILT_IN = [
  "accounts.google.com",
  "cognito-identity.amazonaws.com",
  "cognito-identity-us-gov.amazonaws.com",
  "cognito-identity.us-gov-east-1.amazonaws.com",
  "cognito-identity.cn-north-1.amazonaws.com.cn",
  "graph.facebook.com",
  "www.amazon.com",
];

/** Returns whether the caller signs with AWS credentials. */
export function isSigned(caller: Signed | Federated): caller is Signed {
  return caller.kind !== "web-identity" && caller.kind !== "saml";
}

/** Validates the context. `documentRoleArn` is the role in the output of get-role, if the policy came from there. */
export function readContext(
  context: TrustPolicyContext,
  documentRoleArn: string | undefined,
): ValidContext | PolicyViolation[] {
  const violations: PolicyViolation[] = [];
  const reject = (path: string, message: string) => violations.push({ path: `context.${path}`, message });
  const input: Partial<TrustPolicyContext> = isObject(context) ? context : {};
  const request = input.request ?? UNKNOWN_REQUEST;
  const keys = input.conditionKeys ?? {};

  const role = readRole(input.roleArn, documentRoleArn, reject);
  const caller = readCaller(input.caller, role, reject);
  const action = caller && !isSigned(caller) ? ACTIONS[caller.kind] : "sts:AssumeRole";
  if (caller && input.action !== action) reject("action", `A caller of the kind ${caller.kind} sends ${action}.`);
  checkTypes("caller", input.caller, CALLER_TYPES, reject);
  checkTypes("request", request, REQUEST_TYPES, reject);
  checkConditionKeys(keys, reject);
  if (violations.length > 0 || !role || !caller) return violations;
  return { action, role, caller, request, conditionKeys: keys };
}

type Reject = (path: string, message: string) => void;

function readRole(
  own: string | undefined,
  ofDocument: string | undefined,
  reject: Reject,
): ValidContext["role"] | undefined {
  const arn = own ?? ofDocument;
  const role = parsePrincipalArn(arn);
  if (ofDocument !== undefined && arn !== ofDocument) {
    reject(
      "roleArn",
      `The policy belongs to ${ofDocument}, but the role to assume is ${typeof arn === "string" ? arn : "another one"}.`,
    );
  }
  if (arn !== undefined && role?.kind === "role") return { ...role, arn };
  const form = "A role's ARN looks like arn:aws:iam::123456789012:role/Name.";
  if (role?.kind === "user") reject("roleArn", `This is a user's ARN; only a role can be assumed. ${form}`);
  else if (role?.session) reject("roleArn", `This is the ARN of a role session, not of the role. ${form}`);
  else reject("roleArn", `The role to assume is missing, or its ARN is not a role's. ${form}`);
  return undefined;
}

/** Rejects members of the wrong type, because ignoring them would treat them as members that are not sent. */
function checkTypes(part: string, members: unknown, types: Record<string, MemberType>, reject: Reject): void {
  if (!isObject(members)) {
    reject(part, `The ${part} is missing, or is not an object.`);
    return;
  }
  for (const [member, type] of Object.entries(types)) {
    const value = members[member] ?? undefined;
    if (value !== undefined && !type.matches(value)) reject(`${part}.${member}`, `The ${member} must be ${type.name}.`);
  }
}

function checkConditionKeys(keys: unknown, reject: Reject): void {
  const isValid = (value: unknown) => value === null || [value].flat().every(STRING.matches);
  if (isObject(keys) && Object.values(keys).every(isValid)) return;
  reject("conditionKeys", "The values of condition keys must be strings, lists of strings or null.");
}

interface MemberType {
  /** Follows "must be" in a message. */
  name: string;
  matches(value: unknown): boolean;
}

const STRING = { name: "a string", matches: (value: unknown) => typeof value === "string" };
const BOOLEAN = { name: "true or false", matches: (value: unknown) => typeof value === "boolean" };
const CREDENTIALS = {
  name: `"long-term" or "temporary"`,
  matches: (value: unknown) => value === "long-term" || value === "temporary",
};
const TAGS = {
  name: 'an object of strings, such as { team: "red" }',
  matches: (value: unknown) => isObject(value) && Object.values(value).every(STRING.matches),
};
const STRINGS = {
  name: "a list of strings",
  matches: (value: unknown) => Array.isArray(value) && value.every(STRING.matches),
};

const CALLER_TYPES = {
  userId: STRING,
  credentials: CREDENTIALS,
  mfa: BOOLEAN,
  tags: TAGS,
  roleArn: STRING,
  sourceIdentity: STRING,
};

const REQUEST_TYPES = {
  sessionName: STRING,
  externalId: STRING,
  mfaCode: BOOLEAN,
  sourceIdentity: STRING,
  tags: TAGS,
  transitiveTagKeys: STRINGS,
  providedContexts: STRINGS,
};

const UNKNOWN_REQUEST: AssumeRequest = {
  sessionName: null,
  externalId: null,
  mfaCode: null,
  sourceIdentity: null,
  tags: null,
  transitiveTagKeys: null,
  providedContexts: null,
};

function readCaller(
  caller: TrustPolicyContext["caller"] | undefined,
  role: PrincipalArn | undefined,
  reject: Reject,
): Signed | Federated | undefined {
  if (!isObject(caller)) return undefined;
  if (caller.kind === "web-identity") return readWebIdentity(caller, role, reject);
  return caller.kind === "saml" ? readSaml(caller, reject) : readSigned(caller as SignedCaller, reject);
}

function readSigned(caller: SignedCaller, reject: Reject): Signed | undefined {
  const arn = parsePrincipalArn(caller.arn);
  if (!arn || arn.kind === "role") {
    const kinds = "a user, a role session (arn:aws:sts::…:assumed-role/…) or a federated user";
    reject("caller.arn", `The caller's ARN must be that of ${kinds}, as GetCallerIdentity returns it.`);
    return undefined;
  }
  const identity = arn.kind === "user" || arn.kind === "assumed-role";
  if (identity && caller.kind !== undefined && caller.kind !== arn.kind) {
    const other = STRING.matches(caller.kind) ? `not ${caller.kind}` : "unlike its member kind";
    reject("caller.kind", `The caller's ARN is of the kind ${arn.kind}, ${other}.`);
  }
  const longTerm = arn.kind === "user" || arn.kind === "root";
  if (!longTerm && caller.credentials === "long-term") {
    reject("caller.credentials", "Only users and an account's root have long-term credentials.");
  }
  if (typeof caller.roleArn === "string" && !isRoleOf(arn, caller.roleArn)) {
    reject("caller.roleArn", "This is not the role of the caller's session.");
  }
  const credentials = longTerm ? caller.credentials : "temporary";
  return { ...caller, ...arn, kind: arn.kind, ...(credentials && { credentials }) };
}

function isRoleOf(session: PrincipalArn, roleArn: string): boolean {
  const role = parsePrincipalArn(roleArn);
  const sameAccount = role?.account === session.account && role.partition === session.partition;
  return session.kind === "assumed-role" && role?.kind === "role" && sameAccount && role.name === session.name;
}

function readWebIdentity(caller: WebIdentityCaller, role: PrincipalArn | undefined, reject: Reject): Federated {
  const prefix = text(caller.issuer).replace(/^https:\/\//, "");
  if (!/^[!-~]+$/.test(prefix)) reject("caller.issuer", "The token's issuer is missing, or has spaces.");
  const builtIn = BUILT_IN.includes(prefix);
  const derived = builtIn ? prefix : `arn:${role?.partition}:iam::${role?.account}:oidc-provider/${prefix}`;
  const provider = text(caller.provider ?? derived);
  const [, issuer] = /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/([!-~]+)$/.exec(provider) ?? [];
  if (role && issuer !== prefix && !(builtIn && provider === prefix)) {
    reject("caller.provider", `The provider's ARN must end in oidc-provider/${prefix}, the token's issuer.`);
  }
  return { kind: "web-identity", provider, prefix, claims: readClaims(caller.claims, reject) };
}

function readSaml(caller: SamlCaller, reject: Reject): Federated {
  if (!/^arn:aws[a-z-]*:iam::\d{12}:saml-provider\/[\w.-]+$/.test(text(caller.provider))) {
    reject("caller.provider", "The SAML provider's ARN looks like arn:aws:iam::123456789012:saml-provider/Name.");
  }
  return { kind: "saml", provider: caller.provider, prefix: "saml", claims: readClaims(caller.claims, reject) };
}

/** Returns a string unchanged. Converting some objects would throw. */
function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function readClaims(claims: unknown, reject: Reject): Record<string, unknown> | null {
  if (claims === undefined || claims === null) return null;
  if (isObject(claims)) return claims;
  reject("caller.claims", "The claims must be an object: the decoded payload of the token.");
  return null;
}
