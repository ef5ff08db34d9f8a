// The claims of the Worker's tokens for STS.

import { base64url } from "jose";

import type { Session } from "./types.js";

/** The audience that IAM's documentation recommends for tokens for STS. */
export const AUDIENCE = "sts.amazonaws.com";
/** Maximum length of `sub` in IAM, in characters. */
const MAX_SUBJECT_LENGTH = 255;

/**
 * Returns the `sub` claim: `grant:NAME:` and the caller's subject, in at most 255 characters. Characters that are
 * special in IAM's conditions or in JSON are percent-encoded. A subject that is too long is cut and ends with `~` and a
 * SHA-256 hash.
 */
export async function subjectOf(grant: string, subject: string): Promise<string> {
  const full = `grant:${grant}:${encodeSubject(subject)}`;
  if (full.length <= MAX_SUBJECT_LENGTH) return full;
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(full));
  const end = `~${base64url.encode(new Uint8Array(hash))}`;
  return full.slice(0, MAX_SUBJECT_LENGTH - end.length) + end;
}

/** Also encodes `~`, so that no subject looks like a shortened one. */
function encodeSubject(subject: string): string {
  const encode = (character: string) => {
    const bytes = new TextEncoder().encode(character);
    return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  };
  return subject.replace(/[^\w\-.:/@|+=,!#()[\]&;]/gu, encode);
}

/**
 * Returns the claims with the role, the session tags and the source identity.
 *
 * Source: IAM User Guide, "Pass session tags in AWS STS", "Monitor and control actions taken with assumed roles".
 */
export function awsClaims({ roleArn, tags, transitiveTags, sourceIdentity }: Session): Record<string, unknown> {
  return {
    "https://aws.amazon.com/roles": [roleArn],
    ...(tags.length > 0 && {
      "https://aws.amazon.com/tags": {
        principal_tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, [Value]])),
        ...(transitiveTags.length > 0 && { transitive_tag_keys: transitiveTags }),
      },
    }),
    ...(sourceIdentity !== undefined && { "https://aws.amazon.com/source_identity": sourceIdentity }),
  };
}
