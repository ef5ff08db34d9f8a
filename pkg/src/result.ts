// Results of the wasm module: a value, or an error to throw as the class that callers catch.

import { type ErrorFields, STSClientError, STSServiceException, type Violation } from "./errors.js";
import { EXCEPTIONS } from "./generated/exceptions-by-name.js";
import { decode } from "./wire.js";

/** Fields of an error. `error_result` in `src/wasm/mod.rs` writes them. */
interface WasmError {
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

/** Decodes what a function of the module returned: returns the value, of type `T`, or throws the error. */
export function unwrap<T extends object>(text: string): T {
  const result = decode(text) as T | { error: WasmError };
  if ("error" in result) throw toError(result.error as WasmError);
  return result;
}

// For `instanceof` with errors of other copies of the package.
for (const [className, Modeled] of Object.entries(EXCEPTIONS)) Object.assign(Modeled, { className });

function toError(error: WasmError): Error {
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
  // Some servers omit the suffix `Exception` from the code.
  const name = code.replace(/(Exception)?$/, "Exception");
  const Modeled = Object.hasOwn(EXCEPTIONS, name) ? EXCEPTIONS[name as keyof typeof EXCEPTIONS] : undefined;
  // The AWS SDK does not model `ExpiredToken`, so its users compare the error's name with this code.
  if (Modeled)
    return new Modeled({ ...fields, name: code === "ExpiredToken" ? code : name, $fault: "client", Code: code });
  return new STSServiceException({ ...fields, Code: code });
}
