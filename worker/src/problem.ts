// Errors as RFC 9457, "Problem Details for HTTP APIs", has them. Never a secret, and never the caller's token.

import { STSClientError, STSServiceException } from "sts-web";

/** What an answer that is an error says. */
export interface ProblemFields {
  status: number;
  /** A word for programs: ours, or STS's code. */
  code: string;
  /** A sentence for people. */
  message: string;
  headers?: Record<string, string> | undefined;
  /** The id under which AWS knows the request that failed. */
  requestId?: string | undefined;
  hint?: string | undefined;
  /** Whether the same request may well succeed soon. */
  passing?: boolean | undefined;
}

/** An error that becomes the answer. */
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

/** What the caller asked of the role, and not the Worker's keys, is what STS refuses. */
const CALLERS_FAULT = ["MalformedPolicyDocumentException", "PackedPolicyTooLargeException", "ValidationError"];

/** The problem that an error is. What nobody foresaw is told in the log, and to the caller only that it happened. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof STSServiceException) {
    const { requestId, httpStatusCode = 0 } = error.$metadata;
    const passing = httpStatusCode >= 500 || error.$retryable !== undefined;
    const status = passing ? 503 : CALLERS_FAULT.includes(error.name) ? 400 : 502;
    return new Problem(status, error.name, `STS: ${error.message}`, {
      requestId,
      hint: error.hint,
      ...(passing && PASSING),
    });
  }
  if (error instanceof STSClientError) {
    const invalid = error.name === "InvalidInput";
    return new Problem(invalid ? 400 : 503, error.name, error.message, { hint: error.hint, ...(!invalid && PASSING) });
  }
  return new Problem(500, "InternalError", "something went wrong in the Worker; its log says what");
}

/** What kind of error it was, and where, for the log. Not its words: they may quote what was being read. */
export function whereOf(error: unknown): string {
  const { name, stack = "" } = error instanceof Error ? error : new Error();
  return [
    name,
    ...stack
      .split("\n")
      .filter((line) => /^ +at /.test(line))
      .slice(0, 3),
  ].join("");
}

const PASSING = { passing: true, headers: { "retry-after": "5" } };

/** The response for a problem. `id` is this answer's own, as the log has it. */
export function problemResponse({ fields }: Problem, id: string): Response {
  const { status, code, message, requestId, hint, headers } = fields;
  const body = { title: code, status, detail: message, hint, requestId, instance: `urn:uuid:${id}` };
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}
