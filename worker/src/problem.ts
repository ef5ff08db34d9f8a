// Error responses: RFC 9457, "Problem Details for HTTP APIs". They never contain a secret or the caller's token.

import { STSClientError, STSServiceException } from "sts-web";

import type { HandlerResponse, ProblemFields } from "./types.js";

/** An error that is returned to the caller as the response. */
export class Problem extends Error {
  readonly fields: ProblemFields;

  constructor(
    status: number,
    code: string,
    message: string,
    more: Omit<ProblemFields, "status" | "code" | "message"> = {},
  ) {
    super(message);
    this.fields = { status, code, message, ...more };
  }

  static of(fields: ProblemFields): Problem {
    const { status, code, message, ...more } = fields;
    return new Problem(status, code, message, more);
  }
}

/** STS errors that are caused by the caller's request, not by the Worker's credentials. */
const CALLER_ERRORS = ["MalformedPolicyDocumentException", "PackedPolicyTooLargeException", "ValidationError"];

const TRANSIENT = { transient: true, headers: { "retry-after": "5" } };

/** Converts any error to a {@link Problem}. The details of an unexpected error are only in the log. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof STSServiceException) return problemOfService(error);
  if (error instanceof STSClientError) {
    // The Worker aborts a call only when its time is up.
    if (error.name === "AbortError") return new Problem(503, "TimeoutError", "STS did not respond in time", TRANSIENT);
    const invalid = error.name === "InvalidInput";
    const more = { hint: error.hint, ...(!invalid && TRANSIENT) };
    return new Problem(invalid ? 400 : 503, error.name, error.message, more);
  }
  return new Problem(500, "InternalError", "internal error; see the Worker's log");
}

function problemOfService(error: STSServiceException): Problem {
  const { requestId, httpStatusCode = 0 } = error.$metadata;
  const transient = httpStatusCode >= 500 || error.$retryable !== undefined;
  const permanentStatus = CALLER_ERRORS.includes(error.name) ? 400 : 502;
  return new Problem(transient ? 503 : permanentStatus, error.name, `STS: ${error.message}`, {
    requestId,
    hint: error.hint,
    ...(transient && TRANSIENT),
  });
}

export function tooManyRequests(): Problem {
  const headers = { "retry-after": "60" };
  return new Problem(429, "TooManyRequests", "too many requests; retry in a minute", { headers });
}

/** Returns an error's name and the top of its stack, for the log, but not its message, which may quote secret input. */
export function locationOf(error: unknown): string {
  const { name, stack = "" } = error instanceof Error ? error : new Error();
  const frames = stack.split("\n").filter((line) => /^ +at /.test(line));
  return [name, ...frames.slice(0, 3)].join("");
}

/**
 * Returns the response for a problem. `id` is the ID of the request's log entry. With `forSdk`, the response has the
 * fields `Code` and `Message`, which AWS SDKs show if a request for container credentials fails.
 */
export function problemResponse({ fields }: Problem, id: string, { forSdk }: { forSdk: boolean }): HandlerResponse {
  const { status, code, message, requestId, hint, headers } = fields;
  const body = {
    title: code,
    status,
    detail: message,
    hint,
    requestId,
    instance: `urn:uuid:${id}`,
    ...(forSdk && { Code: code, Message: message }),
  };
  return {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
    body: `${JSON.stringify(body)}\n`,
  };
}
