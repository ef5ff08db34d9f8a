// What the wasm module throws, as the error class that a caller catches.

import { type ErrorFields, STSClientError, STSServiceException } from "./errors.js";
import * as exceptions from "./generated/exceptions.js";

/** An error's fields as the wasm module gives them. */
interface Thrown {
  kind: string;
  name: string;
  code: string;
  message: string;
  hint: string | null;
  fault: "client" | "server";
  status: number | null;
  requestId: string | null;
  attempts: number;
  totalRetryDelay: number;
  retryable: boolean;
  throttling: boolean;
  faults: [member: string, message: string][];
}

/** The error for what a call of the module threw. Anything else, as a trap, is passed on as it is. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const error = thrown as Thrown;
  const fields: ErrorFields = {
    name: error.name,
    message: error.message,
    $fault: error.fault,
    $metadata: {
      httpStatusCode: error.status ?? undefined,
      requestId: error.requestId ?? undefined,
      attempts: error.attempts,
      totalRetryDelay: error.totalRetryDelay,
    },
    $retryable: error.retryable ? { throttling: error.throttling } : undefined,
    hint: error.hint ?? undefined,
  };
  if (error.kind !== "service") {
    const faults = error.faults.map(([member, message]) => ({ member, message }));
    return new STSClientError({ ...fields, faults });
  }
  const named = exceptions as Record<string, typeof STSServiceException | undefined>;
  return new (named[error.name] ?? STSServiceException)({ ...fields, Code: error.code });
}
