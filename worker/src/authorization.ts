// Authorization, the whole decision: which grants match a caller, and which session they allow.

import type { JWTPayload } from "jose";

import { Problem } from "./problem.js";
import type { AuthorizedCaller, Caller, CredentialsRequest, Grant, Role, Session } from "./types.js";

/** Used if a request has no `durationSeconds`, in seconds. */
const DEFAULT_DURATION = 3600;
/** The minimum that STS accepts, in seconds. */
const MIN_DURATION = 900;

/** Returns the caller with the grants that match it. Throws a {@link Problem} with status 403 if none does. */
export function authorizeCaller(caller: Caller, grants: Grant[]): AuthorizedCaller {
  const matching = grants.filter((grant) => matches(grant, caller));
  if (matching.length === 0) throw new Problem(403, "NoGrant", "the token is valid, but its claims match no grant");
  return { ...caller, grants: matching };
}

function matches(grant: Grant, { issuer, claims, sharedSecrets }: Caller): boolean {
  if (grant.sharedSecret !== undefined) return sharedSecrets.includes(grant.sharedSecret);
  return grant.issuer === issuer && hasAudience(claims, grant.audience) && hasClaims(claims, grant.claims);
}

function hasAudience({ aud }: JWTPayload, audience: string[]): boolean {
  return [aud ?? []].flat().some((value) => audience.includes(value));
}

/** Whether each required claim has an accepted value. A claim that is a list needs one accepted value. */
function hasClaims(claims: JWTPayload, required: Grant["claims"]): boolean {
  return Object.entries(required).every(([claim, accepted]) => {
    const values = [ownClaim(claims, claim)].flat().map(scalarString);
    return values.some((value) => value !== undefined && accepted.map(scalarString).includes(value));
  });
}

/** Returns the session for a request. Throws a {@link Problem} that says what the caller's grants do not allow. */
export function authorizeSession(caller: AuthorizedCaller, request: CredentialsRequest): Session {
  const { role, durationSeconds, sessionPolicy } = request;
  const grant = grantFor(caller, role);
  const settings = grant.roles[role]!;
  return {
    grant: grant.name,
    subject: caller.subject,
    roleArn: settings.arn,
    duration: allowedDuration(settings, durationSeconds),
    policy: allowedPolicy(settings, sessionPolicy),
    policyArns: settings.policyArns,
    tags: sessionTags(settings, caller.claims),
    transitiveTags: settings.transitiveTags,
    sessionName: caller.sessionName,
    sourceIdentity: settings.sourceIdentity ? caller.sessionName : undefined,
    externalId: settings.externalId,
  };
}

/** The first of the caller's grants that has the role. */
function grantFor(caller: AuthorizedCaller, role: string): Grant {
  if (role.startsWith("arn:")) throw new Problem(400, "RoleIsAnArn", "use the role's short name, not its ARN");
  const grant = caller.grants.find((grant) => Object.hasOwn(grant.roles, role));
  if (grant) return grant;
  const names = roleNames(caller).join(", ");
  throw new Problem(403, "RoleNotGranted", `you are not allowed to assume this role; your roles are: ${names}`);
}

function allowedDuration({ maxDurationSeconds }: Role, requested: number | undefined): number {
  const duration = requested ?? Math.min(DEFAULT_DURATION, maxDurationSeconds);
  if (Number.isInteger(duration) && duration >= MIN_DURATION && duration <= maxDurationSeconds) return duration;
  const message = `durationSeconds must be an integer from ${MIN_DURATION} to ${maxDurationSeconds}`;
  throw new Problem(400, "DurationNotGranted", message);
}

/** STS accepts one session policy, so a caller's policy would replace that of the grant. */
function allowedPolicy({ sessionPolicy }: Role, requested: string | undefined): string | undefined {
  if (sessionPolicy === undefined || requested === undefined) return sessionPolicy ?? requested;
  throw new Problem(403, "PolicyIsFixed", "this role's session policy is fixed; leave sessionPolicy out");
}

/** Session tags from claims. An IAM policy may deny by tag, so a missing or invalid value is an error, never left out. */
function sessionTags(role: Role, claims: JWTPayload): Session["tags"] {
  return Object.entries(role.tags).map(([Key, claim]) => {
    const Value = scalarString(ownClaim(claims, claim));
    if (Value === undefined || !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u.test(Value)) {
      const message = `the token's ${claim} claim, the value of the session tag ${Key}, is missing or not a valid tag value`;
      throw new Problem(403, "ClaimUnfit", message);
    }
    return { Key, Value };
  });
}

/** A claim's value. Inherited properties, `constructor` for example, do not count. */
function ownClaim(claims: JWTPayload, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function scalarString(value: unknown): string | undefined {
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
}

/** Returns the short names of a caller's roles. */
export function roleNames({ grants }: AuthorizedCaller): string[] {
  return [...new Set(grants.flatMap(({ roles }) => Object.keys(roles)))];
}

/** Returns the ARN of the caller's session in a role: `arn:aws:sts::123456789012:assumed-role/role/session`. */
export function sessionArn(caller: AuthorizedCaller, role: string): string {
  const [, partition, , , account, resource] = grantFor(caller, role).roles[role]!.arn.split(":");
  // The role's path is not part of a session's ARN.
  const roleName = resource!.split("/").at(-1);
  return `arn:${partition}:sts::${account}:assumed-role/${roleName}/${caller.sessionName}`;
}
