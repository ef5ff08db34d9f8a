// What a caller may have: its wish, within the grants that are for it.

import type { Caller } from "./authentication.js";
import type { Grant } from "./configuration.js";
import { Problem } from "./problem.js";

/** What a caller asks for. */
export interface Wish {
  /** A role's short name. */
  role: string;
  durationSeconds?: number | undefined;
  /** An IAM policy in JSON that limits the session further. */
  sessionPolicy?: string | undefined;
}

/** What STS is asked for. */
export interface Session {
  roleArn: string;
  /** In seconds. */
  duration: number;
  policy: string | undefined;
  tags: { Key: string; Value: string }[];
  sessionName: string;
}

const DURATION_IF_NOT_GIVEN = 3600;

/** The session that a caller may have, or a problem that says why not. */
export function granted(caller: Caller, { role, durationSeconds, sessionPolicy }: Wish): Session {
  if (role.startsWith("arn:"))
    throw new Problem(400, "RoleIsAnArn", "name the role by its short name, and not by its ARN");
  const grant = caller.grants.find((grant) => Object.hasOwn(grant.roles, role));
  if (!grant) {
    throw new Problem(
      403,
      "RoleNotGranted",
      `this role is not among yours, which are: ${roleNames(caller).join(", ")}`,
    );
  }
  const longest = grant.maxDurationSeconds;
  const duration = durationSeconds ?? Math.min(DURATION_IF_NOT_GIVEN, longest);
  if (!Number.isInteger(duration) || duration < 900 || duration > longest) {
    throw new Problem(400, "DurationNotGranted", `durationSeconds must be a whole number from 900 to ${longest}`);
  }
  // STS takes one policy, so a caller's own would be in place of the grant's.
  if (grant.sessionPolicy !== undefined && sessionPolicy !== undefined) {
    throw new Problem(403, "PolicyIsFixed", "the sessions of this role have a policy already; leave sessionPolicy out");
  }
  return {
    roleArn: grant.roles[role]!,
    duration,
    policy: grant.sessionPolicy ?? sessionPolicy,
    tags: tagsOf(grant, caller),
    sessionName: caller.sessionName,
  };
}

/** The short names of the roles that a caller may have. */
export function roleNames(caller: Caller): string[] {
  return [...new Set(caller.grants.flatMap(({ roles }) => Object.keys(roles)))];
}

/** A tag that is missing or altered may open what it should close, so a claim that cannot be one is refused. */
function tagsOf(grant: Grant, { claims }: Caller): Session["tags"] {
  return Object.entries(grant.tags).map(([Key, claim]) => {
    const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
    const Value = ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
    if (Value === undefined || !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u.test(Value)) {
      const why = `the token's claim ${claim}, which becomes the session tag ${Key}, is missing or has what a tag may not have`;
      throw new Problem(403, "ClaimUnfit", why);
    }
    return { Key, Value };
  });
}
