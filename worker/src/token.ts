// Reads the text of a JWT strictly: a token that another parser could read differently, and so as another caller's, is
// rejected.

import { base64url, type JWTPayload } from "jose";

import { hasRepeatedMember } from "./json.js";

/** A token's contents, before its signature is verified. */
export interface UnverifiedToken {
  header: Record<string, unknown>;
  claims: JWTPayload;
}

/** Thrown if a token is not a JWT or is ambiguous. The message never repeats the token. */
export class MalformedToken extends Error {}

/**
 * Returns the header and the claims of a token. Throws {@link MalformedToken}. An integer that JavaScript cannot
 * represent exactly becomes a string of its digits.
 */
export function readToken(token: string): UnverifiedToken {
  const parts = token.split(".");
  if (parts.length !== 3) throw notJwt();
  const [header, claims] = parts as [string, string];
  const contents = { header: objectOf(header), claims: objectOf(claims) };
  if (!parts.every(isCanonical)) {
    throw new MalformedToken("the token is not in base64url without padding, spaces and unused bits");
  }
  const { b64 } = contents.header;
  if (b64 === undefined || b64 === true) return contents;
  // RFC 7797, section 7: a parser that knows `b64` does not decode the payload.
  throw new MalformedToken("the token's header has b64, which a JWT must not have");
}

/** Whether a part is encoded as RFC 7515, section 2, requires: no other text has the same bytes. */
function isCanonical(part: string): boolean {
  return base64url.encode(bytesOf(part)) === part;
}

function objectOf(part: string): Record<string, unknown> {
  const text = textOf(bytesOf(part));
  const value = parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notJwt();
  // RFC 7519, section 4: other parsers return the first one, or an error.
  if (hasRepeatedMember(text)) throw new MalformedToken("the token has a claim or a header parameter twice");
  return value as Record<string, unknown>;
}

function bytesOf(part: string): Uint8Array {
  try {
    return base64url.decode(part);
  } catch {
    throw notJwt();
  }
}

/** Keeps a byte order mark, which JSON must not have. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw notUnicode();
  }
}

function parse(text: string): unknown {
  try {
    return (JSON.parse as ParseWithSource)(text, (name, value, context) => {
      requireText(name);
      return typeof value === "number" ? exact(value, context?.source) : requireText(value);
    });
  } catch (error) {
    throw error instanceof MalformedToken ? error : notJwt();
  }
}

/** ECMAScript 2026: the reviver receives the source text of primitive values. Node 20, for the command line, has none. */
type ParseWithSource = (
  text: string,
  reviver: (name: string, value: unknown, context?: { source?: string }) => unknown,
) => unknown;

/** Two different numbers must not be equal. */
function exact(value: number, source = String(value)): number | string {
  return Number.isSafeInteger(value) || String(value) === source ? value : source;
}

/**
 * Returns a value unless it is a string that others would read differently: encoded, half of a surrogate pair equals
 * any other half, and a program in C ends a string at a null character.
 */
function requireText(value: unknown): unknown {
  if (typeof value !== "string" || (value.isWellFormed() && !value.includes("\0"))) return value;
  throw notUnicode();
}

function notJwt(): MalformedToken {
  return new MalformedToken("the token is not a JWT");
}

function notUnicode(): MalformedToken {
  return new MalformedToken("the token has text that is not valid Unicode, or has a null character");
}
