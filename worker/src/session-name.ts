// Whom CloudTrail shows: the caller's subject, in the letters that STS allows.

import { base64url } from "jose";

/**
 * The caller's SourceIdentity and RoleSessionName: as much of the subject as fits, readable, and 128 bits of the hash of
 * issuer and subject behind it, so that no two callers have the same. STS allows 2 to 64 of letters, digits and `_=,.@-`.
 */
export function sessionNameOf(subject: string, hash: string): string {
  return `${subject.replace(/[^\w=,.@-]/g, "-").slice(0, 41)}=${hash.slice(0, 22)}`;
}

/** SHA-256 of a JSON value, in base64url. */
export async function hashOf(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return base64url.encode(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
