// What the wasm module answers: a value, or an error as the class that a caller catches.

import { type ErrorFields, STSClientError, STSServiceException, type Violation } from "./errors.js";
import { EXCEPTIONS } from "./generated/exceptions-by-name.js";
import { decode } from "./wire.js";

/** An error's fields as the wasm module gives them. */
interface Told {
  kind: string;
  code: string;
  message: string;
  hint?: string;
  fault: "client" | "server";
  status?: number;
  requestId?: string;
  attempts: number;
  totalRetryDelay: number;
  retryable: number;
  throttling: number;
  violations: Violation[];
}

/** What the module answered, or the error that it told of, thrown. */
export function unwrap(text: string): any {
  const value = decode(text);
  if (value.error) throw toError(value.error);
  return value;
}

function toError(error: Told): Error {
  const { code, message, hint, attempts, totalRetryDelay } = error;
  const fields: ErrorFields = {
    name: code,
    message,
    $fault: error.fault,
    $metadata: { httpStatusCode: error.status, requestId: error.requestId, attempts, totalRetryDelay },
    $retryable: error.retryable ? { throttling: !!error.throttling } : undefined,
    hint,
  };
  if (error.kind !== "service") return new STSClientError({ ...fields, violations: error.violations });
  // A class is found by both spellings of its code: some servers leave the `Exception` at its end away.
  const name = code.replace(/(Exception)?$/, "Exception");
  const Named = Object.hasOwn(EXCEPTIONS, name) ? EXCEPTIONS[name as keyof typeof EXCEPTIONS] : undefined;
  if (Named) return new Named({ ...fields, name, $fault: "client", Code: code });
  return new STSServiceException({ ...fields, Code: code });
}
