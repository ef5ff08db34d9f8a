// Who calls and for which role: the context, validated, with its ARNs read.

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

/** A context that contradicts neither itself nor AWS's rules for names. */
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
  /** What a policy's `Federated` principal must be. */
  provider: string;
  /** Prefix of its condition keys, before the colon: the issuer without `https://`, or `saml`. */
  prefix: string;
  claims: Record<string, unknown> | null;
}

const ACTIONS = { "web-identity": "sts:AssumeRoleWithWebIdentity", saml: "sts:AssumeRoleWithSAML" } as const;
/** Providers that IAM knows without an ARN. */
const BUILT_IN = ["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];

/** Whether it is a caller with AWS credentials. */
export function isSigned(caller: Signed | Federated): caller is Signed {
  return caller.kind !== "web-identity" && caller.kind !== "saml";
}

/** Validates the context; `documentRoleArn` is the role that the policy came with, if it came with one. */
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
  checkForms("caller", input.caller, CALLER_FORMS, reject);
  checkForms("request", request, REQUEST_FORMS, reject);
  checkKeys(keys, reject);
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
    reject("roleArn", `The policy is that of ${ofDocument}, and the role to assume is ${arn}.`);
  }
  if (arn !== undefined && role?.kind === "role") return { ...role, arn };
  const form = "A role's ARN looks like arn:aws:iam::123456789012:role/Name.";
  if (role?.kind === "user") reject("roleArn", `This is a user's ARN; only a role can be assumed. ${form}`);
  else if (role?.session) reject("roleArn", `This is the ARN of a role's session, not of the role. ${form}`);
  else reject("roleArn", `The role to assume is missing, or its ARN is not that of a role. ${form}`);
  return undefined;
}

/** Rejects members of the wrong type, which must not pass for members that are not sent. */
function checkForms(part: string, members: unknown, forms: Record<string, Form>, reject: Reject): void {
  if (!isObject(members)) {
    reject(part, `The ${part} is missing, or is not an object.`);
    return;
  }
  for (const [member, form] of Object.entries(forms)) {
    const value = members[member] ?? undefined;
    if (value !== undefined && !form.fits(value)) reject(`${part}.${member}`, `The ${member} must be ${form.name}.`);
  }
}

function checkKeys(keys: unknown, reject: Reject): void {
  const fits = (value: unknown) => value === null || [value].flat().every(TEXT.fits);
  if (isObject(keys) && Object.values(keys).every(fits)) return;
  reject("conditionKeys", "The values of condition keys must be strings, lists of strings or null.");
}

interface Form {
  name: string;
  fits(value: unknown): boolean;
}

const TEXT = { name: "a string", fits: (value: unknown) => typeof value === "string" };
const BOOLEAN = { name: "true or false", fits: (value: unknown) => typeof value === "boolean" };
const NUMBER = { name: "a number", fits: (value: unknown) => Number.isSafeInteger(value) };
const KIND = {
  name: `"long-term" or "temporary"`,
  fits: (value: unknown) => /^(long-term|temporary)$/.test(String(value)),
};
const TAGS = {
  name: 'an object of strings, such as { team: "red" }',
  fits: (value: unknown) => isObject(value) && Object.values(value).every(TEXT.fits),
};
const TEXTS = { name: "a list of strings", fits: (value: unknown) => Array.isArray(value) && value.every(TEXT.fits) };

const CALLER_FORMS = {
  userId: TEXT,
  credentials: KIND,
  mfa: BOOLEAN,
  tags: TAGS,
  roleArn: TEXT,
  sourceIdentity: TEXT,
};

const REQUEST_FORMS = {
  sessionName: TEXT,
  externalId: TEXT,
  mfaCode: BOOLEAN,
  sourceIdentity: TEXT,
  tags: TAGS,
  transitiveTagKeys: TEXTS,
  durationSeconds: NUMBER,
};

const UNKNOWN_REQUEST: AssumeRequest = {
  sessionName: null,
  externalId: null,
  mfaCode: null,
  sourceIdentity: null,
  tags: null,
  transitiveTagKeys: null,
  durationSeconds: null,
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
    const form =
      "a user, a role session (arn:aws:sts::…:assumed-role/…) or a federated user, as GetCallerIdentity returns it";
    reject("caller.arn", `The caller's ARN must be that of ${form}.`);
    return undefined;
  }
  const identity = arn.kind === "user" || arn.kind === "assumed-role";
  if (identity && caller.kind !== undefined && caller.kind !== arn.kind) {
    reject("caller.kind", `The caller's ARN is that of the kind ${arn.kind}, and not ${caller.kind}.`);
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
  const prefix = String(caller.issuer ?? "").replace(/^https:\/\//, "");
  if (!/^[!-~]+$/.test(prefix)) reject("caller.issuer", "The token's issuer is missing, or has spaces.");
  const builtIn = BUILT_IN.includes(prefix);
  const derived = builtIn ? prefix : `arn:${role?.partition}:iam::${role?.account}:oidc-provider/${prefix}`;
  const provider = caller.provider ?? derived;
  const [, issuer] = /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/([!-~]+)$/.exec(provider) ?? [];
  if (role && issuer !== prefix && !(builtIn && provider === prefix)) {
    reject("caller.provider", `The provider's ARN must end in oidc-provider/${prefix}, as the token's issuer says.`);
  }
  return { kind: "web-identity", provider, prefix, claims: readClaims(caller.claims, reject) };
}

function readSaml(caller: SamlCaller, reject: Reject): Federated {
  if (!/^arn:aws[a-z-]*:iam::\d{12}:saml-provider\/[\w.-]+$/.test(caller.provider)) {
    reject("caller.provider", "The SAML provider's ARN looks like arn:aws:iam::123456789012:saml-provider/Name.");
  }
  return { kind: "saml", provider: caller.provider, prefix: "saml", claims: readClaims(caller.claims, reject) };
}

function readClaims(claims: unknown, reject: Reject): Record<string, unknown> | null {
  if (claims === undefined || claims === null) return null;
  if (isObject(claims)) return claims;
  reject("caller.claims", "The claims must be an object, as a decoded token has them.");
  return null;
}
