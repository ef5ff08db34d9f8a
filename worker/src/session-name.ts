// The session name that identifies a caller in CloudTrail.

import { base64url } from "jose";

/**
 * Returns the RoleSessionName and SourceIdentity of a caller: up to 41 characters of the subject, `=`, and 22 characters
 * (132 bits) of the hash of issuer and subject, so that the name is both readable and unique. STS allows 2 to 64
 * characters: letters, digits and `_=,.@-`.
 */
export function sessionNameFor(subject: string, hash: string): string {
  return `${subject.replace(/[^\w=,.@-]/g, "-").slice(0, 41)}=${hash.slice(0, 22)}`;
}

/** Returns the SHA-256 hash of a JSON value, in base64url. */
export async function hashOf(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return base64url.encode(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
