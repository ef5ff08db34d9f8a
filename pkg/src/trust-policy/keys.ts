// The values of condition keys: provided in the context, derived from it, or unknown.
//
// Sources: IAM User Guide, "AWS global condition context keys", "IAM and AWS STS condition context keys", "Pass session
// tags in AWS STS", "Configure SAML assertions for the authentication response"; Service Authorization Reference,
// "Actions, resources, and condition keys for AWS Security Token Service".

import { lowercase } from "./arn.js";
import { type Federated, isSigned, type Signed, type ValidContext } from "./caller.js";
import { isObject } from "./document.js";
import type { CheckedAction, PolicyViolation } from "./types.js";

/** What is known about a condition key in the request. */
export type Fact =
  | { state: "present"; values: string[]; multivalued: boolean }
  | { state: "absent" }
  /** In a message, `why` follows "… is not known here: ". */
  | { state: "unknown"; why: string };

/** Placeholder for an unknown part of a value, such as the path of a session's role. Real values do not contain it. */
export const UNKNOWN_PART = "\0";

const ABSENT: Fact = { state: "absent" };

/** Attributes of a SAML assertion that are condition keys with a list of values. */
const SAML_LISTS = [
  ...["cn", "commonname", "givenname", "mail", "name", "organizationstatus", "primarygroupsid", "surname", "uid"],
  ...["edupersonaffiliation", "edupersonassurance", "edupersonentitlement", "edupersonnickname"],
  ...["edupersonorgunitdn", "edupersonscopedaffiliation", "edupersontargetedid", "eduorghomepageuri"],
  ...["eduorgidentityauthnpolicyuri", "eduorglegalname", "eduorgsuperioruri", "eduorgwhitepagesuri"],
  "x500uniqueidentifier",
];
/** The other condition keys of SAML. */
const SAML_STRINGS = [
  ...["aud", "doc", "iss", "namequalifier", "sub", "sub_type", "edupersonorgdn", "edupersonprimaryaffiliation"],
  ...["edupersonprimaryorgunitdn", "edupersonprincipalname"],
];
const MULTIVALUED = new Set([
  ...["aws:calledvia", "aws:tagkeys", "sts:requestcontextproviders", "sts:transitivetagkeys"],
  ...["aws:principalorgpaths", "aws:resourceorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"],
  "aws:principalservicenameslist",
  ...SAML_LISTS.map((key) => `saml:${key}`),
]);

/** Returns whether the key can have several values, so that ForAllValues and ForAnyValue make sense. */
export function isMultivalued(key: string): boolean {
  return MULTIVALUED.has(lowercase(key)) || lowercase(key).endsWith(":amr");
}

/** Looks up a condition key in the request, as evaluated for `action`. The key's case does not matter. */
export type Lookup = (key: string, action: CheckedAction) => Fact;

/** Returns the function that looks up condition keys in a context. */
export function conditionKeys(context: ValidContext): Lookup {
  const provided = new Map(Object.entries(context.conditionKeys).map(([key, value]) => [lowercase(key), value]));
  const known = new Map([...requestKeys(context), ...callerKeys(context)]);
  return (key, action) => {
    const name = lowercase(key);
    if (action !== context.action && (name === "sts:externalid" || name === "sts:rolesessionname")) {
      return unknown(`it is not documented for ${action}; put ${action} in a separate statement`);
    }
    if (provided.has(name)) return factOf(name, provided.get(name) ?? null);
    return (
      known.get(name) ??
      tag(name, context) ??
      requestContext(name, context, action) ??
      federated(name, context) ??
      unknown(UNKNOWN_KEYS[name] ?? "it is not provided")
    );
  };
}

/** Returns the provided condition keys whose values contradict the request or the caller. */
export function contradictions(context: ValidContext): PolicyViolation[] {
  const lookup = conditionKeys({ ...context, conditionKeys: {} });
  return Object.entries(context.conditionKeys).flatMap(([key, value]) => {
    const fact = lookup(key, context.action);
    if (value === null || fact.state === "unknown") return [];
    const provided = factOf(lowercase(key), value);
    if (JSON.stringify(provided) === JSON.stringify(fact)) return [];
    return { path: `context.conditionKeys.${key}`, message: `${key} contradicts the caller or the request.` };
  });
}

/** The claim with a token's session tags and transitive tag keys. Some providers flatten it to several claims. */
const TAGS = "https://aws.amazon.com/tags";
const SAML_ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/";

/** Returns the session tags in the request, and in the token or assertion. Null if they are unknown. */
export function sessionTags({ request, caller }: ValidContext): Record<string, string> | null {
  if (request.tags === null) return null;
  if (isSigned(caller)) return request.tags ?? {};
  if (caller.claims === null) return request.tags ?? null;
  const inToken = tokenTags(caller);
  return inToken && { ...inToken, ...request.tags };
}

/** Returns the keys of the tags that become transitive. Null if they are unknown. */
export function transitiveTagKeys({ request, caller }: ValidContext): string[] | null | undefined {
  if (isSigned(caller) || request.transitiveTagKeys !== undefined) return request.transitiveTagKeys;
  const claim = caller.claims?.[TAGS];
  const nested = isObject(claim) ? claim["transitive_tag_keys"] : undefined;
  const flat = caller.kind === "saml" ? `${SAML_ATTRIBUTES}TransitiveTagKeys` : `${TAGS}/transitive_tag_keys`;
  const keys = nested ?? caller.claims?.[flat];
  return keys === undefined ? undefined : [keys].flat().map(scalar);
}

/** Returns the tags in a token's claims or an assertion's attributes. Null if their form is not documented. */
function tokenTags({ kind, claims }: Federated): Record<string, string> | null {
  const prefix = kind === "saml" ? `${SAML_ATTRIBUTES}PrincipalTag:` : `${TAGS}/principal_tags/`;
  const flat = Object.entries(claims ?? {}).flatMap(([name, value]) => {
    return name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [];
  });
  const claim = (kind === "saml" ? undefined : claims?.[TAGS]) ?? {};
  const nested = isObject(claim) ? (claim["principal_tags"] ?? {}) : null;
  if (!isObject(nested)) return null;
  return Object.fromEntries(
    [...flat, ...Object.entries(nested)].map(([key, value]) => [key, scalar([value].flat()[0])]),
  );
}

/** Returns the source identity of the new session: undefined if it has none, null if it is unknown. */
export function sourceIdentity({ request, caller }: ValidContext): string | null | undefined {
  if (request.sourceIdentity !== undefined) return request.sourceIdentity;
  if (isSigned(caller)) return caller.kind === "assumed-role" ? caller.sourceIdentity : undefined;
  if (caller.claims === null) return null;
  const saml = `${SAML_ATTRIBUTES}SourceIdentity`;
  const claim = caller.claims[caller.kind === "saml" ? saml : "https://aws.amazon.com/source_identity"];
  return claim === undefined ? undefined : scalar(claim);
}

/** Returns the text of a claim. Lists and objects, which STS rejects, have none. */
function scalar(claim: unknown): string {
  return ["string", "number", "boolean"].includes(typeof claim) ? String(claim) : "";
}

/** Why keys that a request can always have are unknown unless they are provided. */
const UNKNOWN_KEYS: Record<string, string> = {
  "aws:principalorgid": "the caller's ARN does not contain its organization",
  "aws:principalorgpaths": "the caller's ARN does not contain its organization",
  "aws:sourceip": "the IP address that AWS will see is not provided",
  "aws:sourcevpc": "whether the request goes through a VPC endpoint is not provided",
  "aws:sourcevpce": "whether the request goes through a VPC endpoint is not provided",
  "aws:currenttime": "the time of the request is not provided",
};

/** Keys that only requests for a bearer token have, which services send on the caller's behalf. */
const BEARER_TOKEN_KEYS = ["sts:durationseconds", "sts:awsservicename"];

/** Returns whether the key is missing from every request for a role, whatever its inputs are. */
export function isOfBearerTokens(key: string): boolean {
  return BEARER_TOKEN_KEYS.includes(lowercase(key));
}

function requestKeys(context: ValidContext): [string, Fact][] {
  const { request, role } = context;
  const tags = sessionTags(context);
  const transitive = transitiveTagKeys(context);
  const signed = isSigned(context.caller);
  const isSession = isSigned(context.caller) && context.caller.kind === "assumed-role";
  const identity = sourceIdentity(context);
  return [
    ["sts:externalid", signed ? factOf("", request.externalId) : ABSENT],
    ["sts:rolesessionname", factOf("", request.sessionName ?? null)],
    ["sts:sourceidentity", identity === undefined && isSession ? unknown(MAY_HAVE_IDENTITY) : factOf("", identity)],
    ...BEARER_TOKEN_KEYS.map((key): [string, Fact] => [key, ABSENT]),
    ["sts:transitivetagkeys", factOf("sts:transitivetagkeys", signed ? transitive : (transitive ?? null))],
    ["aws:tagkeys", tags && Object.keys(tags).length === 0 ? ABSENT : factOf("aws:tagkeys", tags && Object.keys(tags))],
    ["aws:resourceaccount", present(role.account)],
    ["aws:securetransport", present("true")],
  ];
}

const MAY_HAVE_IDENTITY = "the caller's session may have a source identity";

function callerKeys({ caller, request }: ValidContext): [string, Fact][] {
  if (!isSigned(caller)) return [["aws:username", ABSENT]];
  const session = caller.kind === "assumed-role";
  const user = caller.kind === "user";
  const types = { user: "User", root: "Account", "assumed-role": "AssumedRole", "federated-user": "FederatedUser" };
  return [
    ["aws:principalarn", present(session ? roleOfSession(caller) : caller.arn)],
    ["aws:principalaccount", present(caller.account)],
    ["aws:principaltype", present(types[caller.kind])],
    ["aws:userid", factOf("", caller.userId ?? null)],
    ["aws:username", user ? present(caller.name) : ABSENT],
    ["aws:multifactorauthpresent", mfa(caller, request.mfaCode)],
    ["aws:multifactorauthage", mfaAge(mfa(caller, request.mfaCode))],
    ["aws:sourceidentity", session ? sourceIdentityOf(caller) : ABSENT],
    ["aws:principalisawsservice", present("false")],
    ["aws:principalservicename", ABSENT],
    ["aws:viaawsservice", present("false")],
    ["aws:calledvia", ABSENT],
    ["aws:calledviafirst", ABSENT],
    ["aws:calledvialast", ABSENT],
    ["aws:sourceaccount", ABSENT],
    ["aws:sourcearn", ABSENT],
    ...(caller.credentials === "long-term" ? [["aws:tokenissuetime", ABSENT] as [string, Fact]] : []),
  ];
}

/** For a role session, aws:PrincipalArn is the ARN of the role, whose path is not in the session's ARN. */
function roleOfSession(caller: Signed): string {
  return caller.roleArn ?? `arn:${caller.partition}:iam::${caller.account}:role/${UNKNOWN_PART}${caller.name}`;
}

function sourceIdentityOf(caller: Signed): Fact {
  return typeof caller.sourceIdentity === "string" ? present(caller.sourceIdentity) : unknown(MAY_HAVE_IDENTITY);
}

/** aws:MultiFactorAuthPresent: absent with long-term credentials, unless an MFA code is sent with the request. */
function mfa(caller: Signed, code: boolean | null | undefined): Fact {
  if (caller.kind === "user" && code === true) return present("true");
  // A code with which the role was assumed is not part of its session.
  if (caller.kind === "assumed-role" && caller.mfa !== false) {
    return unknown("the credentials of a role do not include MFA information");
  }
  const why = "whether an MFA code was used is not provided";
  if (code === null || code === true) {
    return caller.credentials === "temporary" && caller.mfa === true ? present("true") : unknown(why);
  }
  if (caller.credentials === "long-term") return ABSENT;
  if (caller.credentials !== "temporary") return unknown("whether these are long-term credentials is not provided");
  return typeof caller.mfa === "boolean" ? present(String(caller.mfa)) : unknown(why);
}

function mfaAge(mfa: Fact): Fact {
  if (mfa.state === "absent" || (mfa.state === "present" && mfa.values[0] === "false")) return ABSENT;
  return unknown("when the MFA code was used is not provided");
}

/** aws:RequestTag/key and aws:PrincipalTag/key. The tag key's case does not matter. */
function tag(name: string, context: ValidContext): Fact | undefined {
  const [, kind, key] = /^aws:(request|principal)tag\/(.*)$/s.exec(name) ?? [];
  if (kind === undefined) return undefined;
  const own = isSigned(context.caller) ? context.caller.tags : null;
  const tags = kind === "request" ? sessionTags(context) : own;
  if (!tags) return unknown(`the ${kind === "request" ? "session" : "caller's"} tags are not provided`);
  const found = Object.entries(tags).find(([other]) => lowercase(other) === key);
  return found ? present(String(found[1])) : ABSENT;
}

/** Keys of ProvidedContexts, which are documented for sts:SetContext: `sts:RequestContextProviders`, for example. */
function requestContext(name: string, { caller, request }: ValidContext, action: CheckedAction): Fact | undefined {
  const isProviders = name === "sts:requestcontextproviders";
  if (!isProviders && !name.startsWith("sts:requestcontext/")) return undefined;
  const providers = isSigned(caller) ? factOf(name, request.providedContexts) : ABSENT;
  if (providers.state !== "present") return providers;
  if (action !== "sts:SetContext") return unknown("it is documented for sts:SetContext only");
  return isProviders ? providers : unknown("the context assertions are encrypted");
}

/** Keys of identity providers: `token.actions.githubusercontent.com:sub`, `saml:aud`. */
function federated(name: string, { caller }: ValidContext): Fact | undefined {
  const [, prefix, claim] = /^(.+):([^:]+)$/s.exec(name) ?? [];
  if (prefix === undefined || claim === undefined || !(prefix === "saml" || prefix.includes("."))) return undefined;
  if (isSigned(caller) && caller.kind === "user") return ABSENT;
  if (isSigned(caller)) return unknown("whether the session comes from a token or an assertion is not provided");
  if (prefix !== lowercase(caller.prefix)) return ABSENT;
  if (!caller.claims) return unknown("the token's claims are not provided");
  return caller.kind === "saml"
    ? samlKey(name, claim, caller.claims)
    : claimKey(name, claim, caller.claims, caller.prefix);
}

function samlKey(name: string, key: string, claims: Record<string, unknown>): Fact {
  if (!SAML_LISTS.includes(key) && !SAML_STRINGS.includes(key)) {
    return unknown("IAM supports only some attributes of an assertion as condition keys");
  }
  const found = Object.entries(claims).filter(([other]) => lowercase(other) === key);
  return found.length === 1 ? factOf(name, found[0]![1]) : unknown("the assertion's attributes may be incomplete");
}

/** Claims that are documented as condition keys. IAM may ignore others. */
const CLAIMS = ["aud", "sub", "amr", "oaud", "email"];

function claimKey(name: string, claim: string, claims: Record<string, unknown>, issuer: string): Fact {
  const { aud, azp } = claims;
  const google = issuer === "accounts.google.com";
  if (claim === "oaud" && google) return factOf(name, aud);
  if (claim === "aud" && azp !== undefined && azp !== aud) {
    return google ? factOf(name, azp) : unknown("the token has both azp and aud, and IAM may use either");
  }
  const names = Object.keys(claims).filter((other) => lowercase(other) === claim);
  if (names.length === 0) return ABSENT;
  if (names.length === 1 && names[0] === claim && CLAIMS.includes(claim)) return factOf(name, claims[claim]);
  return unknown("IAM supports only some claims as condition keys, depending on the provider");
}

function factOf(name: string, value: unknown): Fact {
  if (value === undefined) return ABSENT;
  if (value === null) return unknown("it is not provided");
  const values = [value].flat(1);
  if (!values.every((value) => ["string", "number", "boolean"].includes(typeof value))) {
    return unknown("its value is neither a string nor a list of strings");
  }
  if (values.length === 0) return ABSENT;
  return { state: "present", values: values.map(String), multivalued: values.length > 1 || isMultivalued(name) };
}

function present(value: string): Fact {
  return { state: "present", values: [value], multivalued: false };
}

function unknown(why: string): Fact {
  return { state: "unknown", why };
}
