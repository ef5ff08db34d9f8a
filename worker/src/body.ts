// Request bodies: small JSON objects without unknown fields.

import { hasRepeatedMember, jsonObject } from "./json.js";
import { Problem } from "./problem.js";
import type { CredentialsRequest } from "./types.js";

/** Maximum size of a request body in bytes. STS allows session policies of 2,048 characters. */
const MAX_BODY_BYTES = 8 * 1024;
/** Maximum number of bytes that are read from a stream in one step. */
const MAX_CHUNK_BYTES = 64 * 1024;

/**
 * Returns the JSON object in a request's body, whose fields are all in `fields`. Throws a {@link Problem} otherwise.
 */
export async function jsonBody(request: Request, fields: string[]): Promise<Record<string, unknown>> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json *(;|$)/i.test(type)) {
    fail(415, "UnsupportedMediaType", "send JSON, with the header `Content-Type: application/json`");
  }
  const text = await bodyText(request);
  const body = jsonObject(text) ?? fail(400, "InvalidBody", "the body must be a JSON object");
  const unknown = Object.keys(body).find((name) => !fields.includes(name));
  // Otherwise a misspelled limit would be ignored.
  if (unknown !== undefined)
    fail(400, "InvalidBody", `the body has an unknown field; allowed are ${fields.join(", ")}`);
  if (hasRepeatedMember(text)) fail(400, "InvalidBody", "the body has a field twice");
  return body;
}

/** The fields of a request for credentials. */
export const CREDENTIALS_FIELDS = ["role", "durationSeconds", "sessionPolicy", "minRemainingSeconds", "refresh"];

/** The parameters of a request for container credentials. */
const QUERY_PARAMETERS = ["role", "durationSeconds", "minRemainingSeconds"];

/** Reads a request for credentials from a body. */
export function credentialsRequest(body: Record<string, unknown>): CredentialsRequest {
  const { role, sessionPolicy, refresh } = body;
  if (refresh !== undefined && typeof refresh !== "boolean") fail(400, "InvalidBody", "refresh must be true or false");
  return {
    role: requiredRole(role),
    durationSeconds: optionalNumber(body, "durationSeconds"),
    sessionPolicy: policyJson(sessionPolicy),
    minRemainingSeconds: optionalNumber(body, "minRemainingSeconds"),
    refresh,
  };
}

/** Reads a request for credentials from a URL's query. */
export function credentialsQuery(query: URLSearchParams): CredentialsRequest {
  requireParameters(query, QUERY_PARAMETERS);
  const number = (name: string) => (query.has(name) ? integer(query.get(name)!) : undefined);
  return {
    role: requiredRole(query.get("role")),
    durationSeconds: number("durationSeconds"),
    minRemainingSeconds: number("minRemainingSeconds"),
  };
}

/**
 * Throws a {@link Problem} if a query has other parameters than these, or one of them twice: a misspelled or unsupported
 * limit would be ignored.
 */
export function requireParameters(query: URLSearchParams, allowed: string[]): void {
  const names = [...query.keys()];
  const isWrong = (name: string, index: number) => !allowed.includes(name) || names.indexOf(name) < index;
  if (!names.some(isWrong)) return;
  fail(400, "InvalidParameter", `the URL has an unknown or repeated parameter; allowed are ${allowed.join(", ")}`);
}

/** Returns NaN, which no limit allows, unless the text is a decimal integer. */
export function integer(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function optionalNumber(body: Record<string, unknown>, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || typeof value === "number") return value;
  return fail(400, "InvalidBody", `${name} must be a number`);
}

/** Returns a role's short name. */
export function requiredRole(role: unknown): string {
  if (typeof role === "string" && role !== "") return role;
  return fail(400, "RoleMissing", "`role` is required: the short name of a role");
}

export function requiredString(body: Record<string, unknown>, name: string): string {
  return optionalString(body, name) || fail(400, "InvalidBody", `${name} is required`);
}

export function optionalString(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || typeof value === "string") return value;
  return fail(400, "InvalidBody", `${name} must be a string`);
}

/** Returns a policy as JSON. Callers send it as an object or as a string. */
function policyJson(policy: unknown): string | undefined {
  if (policy === undefined) return undefined;
  const text = typeof policy === "string" ? policy : JSON.stringify(policy);
  if (!jsonObject(text)) fail(400, "InvalidBody", "sessionPolicy must be an IAM policy in JSON");
  if (hasRepeatedMember(text)) fail(400, "InvalidBody", "sessionPolicy has a member twice");
  return text;
}

async function bodyText({ headers, body }: Request): Promise<string> {
  // Checked before reading, so that a client with `Expect: 100-continue` does not send the body. A body may still be longer
  // than its header says: with chunks, or through a service binding.
  const tooLong = Number(headers.get("content-length")) > MAX_BODY_BYTES;
  const text = tooLong
    ? undefined
    : await readText(body, MAX_BODY_BYTES).catch(() => fail(400, "InvalidBody", "the body was interrupted"));
  return text ?? fail(413, "BodyTooLong", `the body must not be longer than ${MAX_BODY_BYTES} bytes`);
}

/**
 * Reads a stream as text, without a byte order mark, which JSON must not have but some servers send. Returns `undefined`
 * as soon as it exceeds `maxBytes`.
 */
export async function readText(
  stream: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<string | undefined> {
  if (stream === null) return "";
  // A short stream is read in one step, since each takes CPU time (SCALE.md).
  const size = Math.min(maxBytes + 1, MAX_CHUNK_BYTES);
  const reader = byteReader(stream);
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for (;;) {
    const { value } = await reader.readAtLeast(size, new Uint8Array(size));
    length += value?.length ?? 0;
    if (length > maxBytes) {
      await reader.cancel();
      return undefined;
    }
    // Only the end of the stream ends a step early.
    if (value === undefined || value.length < size) return text + decoder.decode(value);
    text += decoder.decode(value, { stream: true });
  }
}

/** A middleware may have replaced a request's body by a stream that has no BYOB reader. The transform's stream has one. */
function byteReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader {
  try {
    return stream.getReader({ mode: "byob" });
  } catch {
    return stream.pipeThrough(new IdentityTransformStream()).getReader({ mode: "byob" });
  }
}

function fail(status: number, code: string, message: string): never {
  throw new Problem(status, code, message);
}
