// Whom CloudTrail shows: the caller's subject, in the letters that STS allows.

import { base64url } from "jose";

/**
 * The caller's SourceIdentity and RoleSessionName: as much of the subject as fits, readable, and a hash of issuer and
 * subject behind it, so that no two callers have the same. STS allows 2 to 64 of letters, digits and `_=,.@-`.
 */
export async function sessionNameOf(issuer: string, subject: string): Promise<string> {
  const readable = subject.replace(/[^\w=,.@-]/g, "-").slice(0, 41);
  // 128 bits of it: 22 characters.
  return `${readable}=${(await hashOf([issuer, subject])).slice(0, 22)}`;
}

/** SHA-256 of a JSON value, in base64url. */
export async function hashOf(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return base64url.encode(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
