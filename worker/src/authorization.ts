// Authorization: the whole decision on which grants match a caller and which session they allow.

import type { JWTPayload } from "jose";

import { Problem } from "./problem.js";
import { hashOf, sessionNameFor } from "./session-name.js";
import type {
  AuthorizedCaller,
  AuthorizedSession,
  Caller,
  CallerIdentity,
  ClaimValue,
  CredentialsRequest,
  Grant,
  Role,
  Session,
} from "./types.js";

/** Used if a request has no `durationSeconds`, in seconds. */
const DEFAULT_DURATION = 3600;
/** The minimum that STS accepts, in seconds. */
const MIN_DURATION = 900;
/**
 * How long before their expiration AWS SDKs refresh credentials, in seconds. They refresh credentials with less time
 * left at every request.
 */
const SDK_REFRESH = 15 * 60;

/** The results of {@link authorizeCaller}, since the caller of a verified token is the same object in each request. */
const authorized = new WeakMap<Caller, { result: AuthorizedCaller; grants: Grant[] }>();

/** Returns the caller with the grants that match it. Throws a {@link Problem} with status 403 if none does. */
export async function authorizeCaller(caller: Caller, grants: Grant[]): Promise<AuthorizedCaller> {
  const known = authorized.get(caller);
  if (known?.grants === grants) return known.result;
  const matching = grants.filter((grant) => mismatch(grant, caller) === undefined);
  const [first] = matching;
  if (first === undefined) throw noGrant(caller, grants);
  const result = { ...caller, identity: await identityFor(first, caller), grants: matching };
  authorized.set(caller, { result, grants });
  return result;
}

/**
 * Returns why a grant does not match a caller, as the end of a sentence, without the grant's values. `undefined` if it
 * does.
 */
export function mismatch(grant: Grant, { issuer, claims, sharedSecrets }: Caller): string | undefined {
  const { sharedSecret, audience, subjectClaim = "sub" } = grant;
  if (sharedSecret !== undefined) return sharedSecrets.includes(sharedSecret) ? undefined : "requires a shared secret";
  if (grant.issuer !== issuer) return "requires another issuer";
  if (!hasAudience(claims, audience)) return "requires another audience";
  if (claims["azp"] !== undefined && !("azp" in grant.claims) && !audience.includes(claims["azp"] as string)) {
    return "does not accept the client in the claim azp";
  }
  const claim = Object.keys(grant.claims).find((name) => !hasClaim(claims, name, grant.claims[name]!));
  if (claim !== undefined) return mismatchOf(claims, claim);
  if (isNonEmptyString(claimAt(claims, subjectClaim))) return undefined;
  return `requires the claim ${subjectClaim}, which the token does not have`;
}

function hasAudience({ aud }: JWTPayload, audience: string[]): boolean {
  return [aud ?? []].flat().some((value) => audience.includes(value));
}

/** Returns whether a claim has an accepted value. For a claim that is a list, one accepted value is enough. */
function hasClaim(claims: JWTPayload, name: string, accepted: ClaimValue[]): boolean {
  const values = [claimAt(claims, name)].flat().map(scalarString);
  return values.some((value) => value !== undefined && accepted.some((one) => accepts(one, value)));
}

function accepts(accepted: ClaimValue, value: string): boolean {
  return typeof accepted === "object" ? isLike([...value], [...accepted.like]) : String(accepted) === value;
}

/** Matches a pattern with `*` and `?`, as AWS's StringLike does. Takes at most the product of both lengths in steps. */
function isLike(text: string[], pattern: string[]): boolean {
  let [at, next, star, afterStar] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[next] === "*") {
      star = next;
      next += 1;
      afterStar = at;
    } else if (pattern[next] === "?" || pattern[next] === text[at]) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      // Backtrack: the latest `*` matches one more character.
      afterStar += 1;
      at = afterStar;
      next = star + 1;
    } else return false;
  }
  return pattern.slice(next).every((character) => character === "*");
}

function mismatchOf(claims: JWTPayload, name: string): string {
  if (claimAt(claims, name) !== undefined) return `requires another value of the claim ${name}`;
  if (!hasTooManyGroups(claims, name)) return `requires the claim ${name}, which the token does not have`;
  const advice = "use app roles instead, or let Entra emit only groups assigned to the application";
  return `requires the claim ${name}, which Entra omitted because the user is in too many groups; ${advice}`;
}

/** Source: Microsoft identity platform, "Access token claims reference", groups overage claim. */
function hasTooManyGroups(claims: JWTPayload, name: string): boolean {
  const names = claims["_claim_names"];
  const isNamed = typeof names === "object" && names !== null && Object.hasOwn(names, name);
  return isNamed || (name === "groups" && claims["hasgroups"] !== undefined);
}

/**
 * The message has the claims that do not match. Grants for other issuers and audiences are not revealed to the caller.
 */
function noGrant(caller: Caller, grants: Grant[]): Problem {
  const reason = grants
    .filter(({ issuer, audience }) => issuer === caller.issuer && hasAudience(caller.claims, audience))
    .map((grant) => `${grant.name} ${mismatch(grant, caller)}`)
    .join("; ");
  return new Problem(403, "NoGrant", `the token is valid, but its claims match no grant: ${reason}`, { reason });
}

// --- The caller's identity

/** Returns the caller's identity for a grant, which may identify callers by a claim other than `sub`. */
async function identityFor(grant: Grant, { issuer, subject, claims }: Caller): Promise<CallerIdentity> {
  const { subjectClaim } = grant;
  if (subjectClaim === undefined) return identified(subject, [issuer, subject]);
  const value = claimAt(claims, subjectClaim) as string;
  // With the claim's name, so that a `sub` that looks like an email address is not taken for that address.
  return identified(value, [issuer, value, subjectClaim]);
}

async function identified(subject: string, key: string[]): Promise<CallerIdentity> {
  const id = await hashOf(key);
  return { subject, id, sessionName: sessionNameFor(subject, id) };
}

/** Returns the IDs that a caller may have, one for each claim that identifies callers. */
export function callerIds(issuer: string, subject: string, grants: Grant[]): Promise<string[]> {
  const claims = new Set(grants.filter((grant) => grant.issuer === issuer).map(({ subjectClaim }) => subjectClaim));
  const keys = [...claims.add(undefined)].map((claim) =>
    claim === undefined ? [issuer, subject] : [issuer, subject, claim],
  );
  return Promise.all(keys.map(hashOf));
}

// --- Sessions

/**
 * Returns the session for a request. One grant that allows the request is enough: the grants with the role are tried in
 * the order of their maximum duration, the largest first. Throws the {@link Problem} of the first grant if none allows
 * it.
 */
export async function authorizeSession(
  caller: AuthorizedCaller,
  request: CredentialsRequest,
): Promise<AuthorizedSession> {
  let firstError: unknown;
  for (const grant of grantsWith(caller, request.role)) {
    try {
      return await sessionFor(grant, caller, request);
    } catch (error) {
      firstError ??= error;
    }
  }
  throw firstError;
}

/** Returns the caller's grants with a role, sorted by descending maximum duration. Throws if there is none. */
function grantsWith(caller: AuthorizedCaller, role: string): Grant[] {
  if (role.startsWith("arn:")) throw new Problem(400, "RoleIsAnArn", "use the role's short name, not its ARN");
  const grants = caller.grants.filter(({ roles }) => Object.hasOwn(roles, role));
  const maxDuration = ({ roles }: Grant) => roles[role]!.maxDurationSeconds;
  if (grants.length > 0) return grants.sort((one, other) => maxDuration(other) - maxDuration(one));
  const names = roleNames(caller).join(", ");
  throw new Problem(403, "RoleNotGranted", `you are not allowed to assume this role; your roles are: ${names}`);
}

async function sessionFor(
  grant: Grant,
  caller: AuthorizedCaller,
  { role, durationSeconds, sessionPolicy, minRemainingSeconds }: CredentialsRequest,
): Promise<AuthorizedSession> {
  const settings = grant.roles[role]!;
  const { subject, sessionName } = grant === caller.grants[0] ? caller.identity : await identityFor(grant, caller);
  const duration = allowedDuration(settings, durationSeconds);
  const session = {
    grant: grant.name,
    subject,
    roleArn: settings.arn,
    duration,
    policy: allowedPolicy(settings, sessionPolicy),
    policyArns: settings.policyArns,
    tags: sessionTags(settings, caller.claims),
    transitiveTags: settings.transitiveTags,
    sessionName,
    sourceIdentity: settings.sourceIdentity ? sessionName : undefined,
    externalId: settings.externalId,
  };
  return { session, minRemainingSeconds: minRemaining(settings, duration, minRemainingSeconds) };
}

function allowedDuration({ maxDurationSeconds }: Role, requested: number | undefined): number {
  const duration = requested ?? Math.min(DEFAULT_DURATION, maxDurationSeconds);
  if (Number.isInteger(duration) && duration >= MIN_DURATION && duration <= maxDurationSeconds) return duration;
  const message = `durationSeconds must be an integer from ${MIN_DURATION} to ${maxDurationSeconds}`;
  throw new Problem(400, "DurationNotGranted", message);
}

/**
 * Returns the minimum remaining lifetime of cached credentials, in seconds. Default: half of the session's duration,
 * but more than the 15 minutes at which AWS SDKs refresh; for a session that is too short for that, two thirds of it.
 */
function minRemaining(settings: Role, duration: number, requested: number | undefined): number {
  if (requested !== undefined) {
    if (Number.isInteger(requested) && requested >= 0 && requested < duration) return requested;
    const message = "minRemainingSeconds must be an integer from 0 to less than durationSeconds";
    throw new Problem(400, "InvalidBody", message);
  }
  const configured = settings.minRemainingSeconds;
  if (configured !== undefined && configured < duration) return configured;
  return Math.min(Math.max(Math.floor(duration / 2), SDK_REFRESH + 1), Math.floor((duration * 2) / 3));
}

/** STS accepts only one session policy, so a caller's policy would replace that of the grant. */
function allowedPolicy({ sessionPolicy }: Role, requested: string | undefined): string | undefined {
  if (sessionPolicy === undefined || requested === undefined) return sessionPolicy ?? requested;
  throw new Problem(403, "PolicyIsFixed", "this role's session policy is fixed; leave sessionPolicy out");
}

/** Returns session tags from claims. A missing or invalid value is an error: an IAM policy may deny by tag. */
function sessionTags(role: Role, claims: JWTPayload): Session["tags"] {
  return Object.entries(role.tags).map(([Key, claim]) => {
    const Value = scalarString(claimAt(claims, claim));
    if (Value === undefined || !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u.test(Value)) {
      const message = `the session tag ${Key} needs the token's ${claim} claim, which is missing or not a valid tag value`;
      throw new Problem(403, "ClaimUnfit", message);
    }
    return { Key, Value };
  });
}

/** Returns the short names of a caller's roles. */
export function roleNames({ grants }: AuthorizedCaller): string[] {
  return [...new Set(grants.flatMap(({ roles }) => Object.keys(roles)))];
}

/** Whether a grant of the caller has a role with this short name. */
export function hasRole({ grants }: AuthorizedCaller, role: string): boolean {
  return grants.some(({ roles }) => Object.hasOwn(roles, role));
}

/** Returns the ARN of the caller's session in a role: `arn:aws:sts::123456789012:assumed-role/role/session`. */
export async function sessionArn(caller: AuthorizedCaller, role: string): Promise<string> {
  const [grant] = grantsWith(caller, role);
  const { sessionName } = await identityFor(grant!, caller);
  const [, partition, , , account, resource] = grant!.roles[role]!.arn.split(":");
  // The role's path is not part of a session's ARN.
  const roleName = resource!.split("/").at(-1);
  return `arn:${partition}:sts::${account}:assumed-role/${roleName}/${sessionName}`;
}

// --- Claims

/**
 * Returns a claim by its name or path, e.g. `kubernetes.io.serviceaccount.name`. A name may contain dots, so each
 * prefix of the path is tried as a name. Inherited properties such as `constructor` are ignored.
 */
function claimAt(claims: unknown, path: string): unknown {
  if (typeof claims !== "object" || claims === null || Array.isArray(claims)) return undefined;
  if (Object.hasOwn(claims, path)) return (claims as Record<string, unknown>)[path];
  for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
    const name = path.slice(0, dot);
    if (!Object.hasOwn(claims, name)) continue;
    const value = claimAt((claims as Record<string, unknown>)[name], path.slice(dot + 1));
    if (value !== undefined) return value;
  }
  return undefined;
}

function scalarString(value: unknown): string | undefined {
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
}

function isNonEmptyString(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
