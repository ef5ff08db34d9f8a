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

  const arn = input.roleArn ?? documentRoleArn;
  const role = parsePrincipalArn(arn);
  if (role?.kind !== "role") reject("roleArn", whatRoleArnIs(role));
  if (documentRoleArn !== undefined && arn !== documentRoleArn) {
    reject("roleArn", `The policy is that of ${documentRoleArn}, and the role to assume is ${arn}.`);
  }
  const caller = isObject(input.caller)
    ? readCaller(input.caller as TrustPolicyContext["caller"], role, reject)
    : undefined;
  if (!isObject(input.caller)) reject("caller", "The caller is missing.");
  const needed = caller && !isSigned(caller) ? ACTIONS[caller.kind] : "sts:AssumeRole";
  if (caller && input.action !== needed) reject("action", `A caller of the kind ${caller.kind} sends ${needed}.`);
  const request = input.request ?? UNKNOWN_REQUEST;
  if (!isObject(request)) reject("request", "The request must be an object.");
  for (const [path, form] of Object.entries(FORMS)) {
    const [part, member] = path.split(".") as ["caller" | "request", string];
    const value = ({ caller: input.caller, request }[part] as Record<string, unknown> | undefined)?.[member];
    if (value !== undefined && value !== null && !form.fits(value)) reject(path, `The ${member} must be ${form.name}.`);
  }
  const keys = input.conditionKeys ?? {};
  const fits = (value: unknown) => value === null || [value].flat().every((one) => typeof one === "string");
  if (!isObject(keys) || !Object.values(keys).every(fits)) {
    reject("conditionKeys", "The values of condition keys must be strings, lists of strings or null.");
  }
  if (violations.length > 0 || !role || !caller) return violations;
  return {
    action: needed,
    role: { ...role, arn: arn as string },
    caller,
    request: request as AssumeRequest,
    conditionKeys: keys,
  };
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
/** Forms of the members that may be left out or null: a wrong one must not pass for one that is not sent. */
const FORMS = {
  "caller.userId": TEXT,
  "caller.credentials": KIND,
  "caller.mfa": BOOLEAN,
  "caller.tags": TAGS,
  "caller.roleArn": TEXT,
  "caller.sourceIdentity": TEXT,
  "request.sessionName": TEXT,
  "request.externalId": TEXT,
  "request.mfaCode": BOOLEAN,
  "request.sourceIdentity": TEXT,
  "request.tags": TAGS,
  "request.transitiveTagKeys": TEXTS,
  "request.durationSeconds": NUMBER,
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

function whatRoleArnIs(arn: PrincipalArn | undefined): string {
  const form = "A role's ARN looks like arn:aws:iam::123456789012:role/Name.";
  if (arn?.kind === "user") return `This is a user's ARN; only a role can be assumed. ${form}`;
  if (arn?.kind === "assumed-role") return `This is the ARN of a role's session, not of the role. ${form}`;
  return `The role to assume is missing, or its ARN is not that of a role. ${form}`;
}

type Reject = (path: string, message: string) => void;

function readCaller(
  caller: TrustPolicyContext["caller"],
  role: PrincipalArn | undefined,
  reject: Reject,
): Signed | Federated | undefined {
  if (caller.kind === "web-identity") return readWebIdentity(caller, role, reject);
  if (caller.kind === "saml") return readSaml(caller, reject);
  const arn = parsePrincipalArn(caller.arn);
  if (!arn || arn.kind === "role") {
    const advice = arn
      ? "this is a role's own ARN; a session has arn:aws:sts::…:assumed-role/…"
      : "see GetCallerIdentity";
    reject("caller.arn", `The caller's ARN must be that of a user, a role session or a federated user: ${advice}.`);
    return undefined;
  }
  if (caller.kind !== undefined && caller.kind !== arn.kind) {
    reject("caller.kind", `The caller's ARN is that of the kind ${arn.kind}, and not ${caller.kind}.`);
  }
  const longTerm = arn.kind === "user" || arn.kind === "root";
  if (!longTerm && caller.credentials === "long-term") {
    reject("caller.credentials", "Only users and an account's root have long-term credentials.");
  }
  const own = typeof caller.roleArn === "string" ? parsePrincipalArn(caller.roleArn) : undefined;
  const agrees = own?.kind === "role" && own.account === arn.account && own.name === arn.name;
  if (
    typeof caller.roleArn === "string" &&
    !(agrees && arn.kind === "assumed-role" && own?.partition === arn.partition)
  ) {
    reject("caller.roleArn", "This is not the role of the caller's session.");
  }
  const credentials = longTerm ? caller.credentials : "temporary";
  return { ...arn, ...caller, kind: arn.kind, ...(credentials && { credentials }) } as Signed;
}

function readWebIdentity(caller: WebIdentityCaller, role: PrincipalArn | undefined, reject: Reject): Federated {
  const prefix = String(caller.issuer ?? "").replace(/^https:\/\//, "");
  if (!/^[!-~]+$/.test(prefix)) reject("caller.issuer", "The token's issuer is missing, or has spaces.");
  const derived = BUILT_IN.includes(prefix)
    ? prefix
    : `arn:${role?.partition}:iam::${role?.account}:oidc-provider/${prefix}`;
  const provider = caller.provider ?? derived;
  const form = /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\//;
  const arn = typeof provider === "string" && provider.replace(form, "") === prefix && provider !== prefix;
  if (role && !arn && provider !== BUILT_IN.find((known) => known === prefix)) {
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
