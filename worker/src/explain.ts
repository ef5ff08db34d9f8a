// Explains which grants match a token, for the command line and for tests of a configuration.

import type { JWTPayload } from "jose";

import { mismatch } from "./authorization.js";
import { parseConfiguration } from "./configuration.js";
import type { ConfigurationInput } from "./configuration-input.js";

/** Whether a grant matches a token, and why not. */
export interface Explanation {
  /** The grant's name. */
  grant: string;
  /** Whether a caller with the token gets this grant's roles. */
  matches: boolean;
  /** Why the grant does not match, with the first claim that does not. Not set if it matches. */
  reason?: string;
  /** Short names of the grant's roles. */
  roles: string[];
}

/**
 * Returns for each grant whether it matches the claims of a token, and if not, why. The signature and the token's times
 * are not verified; the deployed Worker does that.
 *
 * @example
 * const claims = { iss: "https://token.actions.githubusercontent.com", aud: "sts", repository: "octo-org/octo-repo" };
 * assert.deepEqual(explain(configuration, claims).map(({ matches }) => matches), [true, false]);
 */
export function explain(configuration: ConfigurationInput, claims: JWTPayload): Explanation[] {
  const { iss: issuer = "", sub: subject = "" } = claims;
  const caller = { issuer, subject, claims, sharedSecrets: [] };
  return parseConfiguration(configuration).grants.map((grant) => {
    const reason = mismatch(grant, caller);
    const roles = Object.keys(grant.roles);
    return { grant: grant.name, matches: reason === undefined, ...(reason !== undefined && { reason }), roles };
  });
}
