// Error classes in the shape of the AWS SDK's, plus hints.

/** Metadata of a response, or of failed attempts. */
export interface ResponseMetadata {
  /** HTTP status code, if a response was received. */
  httpStatusCode?: number;
  /** Request ID, for AWS Support. */
  requestId?: string;
  /** Number of attempts, including the first one. */
  attempts?: number;
  /** Total delay between attempts, in milliseconds. */
  totalRetryDelay?: number;
}

/** A member of an input that violates its constraints. */
export interface Violation {
  /** Path of the member, e.g. `Tags[2].Key`. */
  member: string;
  /** The invalid value and the constraint. */
  message: string;
}

/** Fields that the constructors of all error classes accept. */
export interface ErrorFields {
  /** Default: the name of the class. */
  name?: string | undefined;
  message: string;
  /** Default: `client`. */
  $fault?: "client" | "server" | undefined;
  $metadata: ResponseMetadata;
  $retryable?: { throttling?: boolean } | undefined;
  hint?: string | undefined;
}

/** The property of an error that lists the names of its classes. Every copy of the package uses the same symbol. */
const CLASSES: unique symbol = Symbol.for("sts-web.classes") as never;

class CallError extends Error {
  /** Also recognizes errors of other copies of the package, because a program may both import and require it. */
  static [Symbol.hasInstance](this: { className?: string }, error: unknown): boolean {
    if (Function.prototype[Symbol.hasInstance].call(this as never, error)) return true;
    return Object.hasOwn(this, "className") && !!Object(error)[CLASSES]?.includes(this.className);
  }

  /** Whether the client or the server caused the error. */
  readonly $fault: "client" | "server";
  readonly $metadata: ResponseMetadata;
  /** Set if the error is transient. The client has already retried, up to `maxAttempts` attempts in total. */
  readonly $retryable?: { throttling?: boolean };
  /** What to do next, for common errors. */
  readonly hint?: string | undefined;

  constructor(fields: ErrorFields) {
    super(fields.message);
    this.name = fields.name ?? (this.constructor as { className?: string }).className!;
    this.$fault = fields.$fault ?? "client";
    this.$metadata = fields.$metadata;
    if (fields.$retryable) this.$retryable = fields.$retryable;
    if (fields.hint) this.hint = fields.hint;
  }
}

/**
 * An error that STS did not return: an invalid input or option, missing credentials, a network error, a timeout or an
 * unexpected response. `name` is a stable code, e.g. `InvalidInput` or `NetworkError`.
 *
 * @example
 * ```ts
 * try {
 *   await sts.assumeRole(input);
 * } catch (error) {
 *   if (!(error instanceof STSClientError)) throw error;
 *   for (const { member, message } of error.violations) console.error(member, message);
 * }
 * ```
 */
export class STSClientError extends CallError {
  /** The name of this class, which minifiers do not change. */
  static readonly className: string = "STSClientError";
  /** Every violation of the input. Empty unless `name` is `InvalidInput`. */
  readonly violations: Violation[];

  constructor(fields: ErrorFields & { violations?: Violation[] }) {
    super(fields);
    this.violations = fields.violations ?? [];
  }

  get [CLASSES](): string[] {
    return [STSClientError.className];
  }
}

/**
 * An error that STS returned. `name` is its code, e.g. `AccessDenied` or `ExpiredTokenException`; modeled codes have
 * a subclass each.
 *
 * @example
 * ```ts
 * try {
 *   await sts.assumeRole(input);
 * } catch (error) {
 *   if (!(error instanceof STSServiceException)) throw error;
 *   console.error(error.name, error.message, error.hint, error.$metadata.requestId);
 * }
 * ```
 */
export class STSServiceException extends CallError {
  /** The name of this class, which minifiers do not change. */
  static readonly className: string = "STSServiceException";
  /** The code exactly as STS returned it. */
  readonly Code?: string | undefined;

  constructor(fields: ErrorFields & { Code?: string | undefined }) {
    super(fields);
    this.Code = fields.Code;
  }

  get [CLASSES](): string[] {
    // Not the name, which is the code for `ExpiredToken`.
    return [STSServiceException.className, (this.constructor as typeof STSServiceException).className];
  }
}

/** Returns an error without metadata, for what is detected before a request is sent. */
export function clientError(name: string, message: string, hint?: string): STSClientError {
  return new STSClientError({ name, message, $fault: "client", $metadata: {}, hint });
}

/** Returns the error for calls on a destroyed client or signer. */
export function destroyedError(): STSClientError {
  return clientError("ClientDestroyed", "this client was destroyed; create a new one");
}

/** Returns the error for the AWS SDK's middleware, of clients and of commands. */
export function noMiddlewareError(): STSClientError {
  const message = "middleware is not supported: use fetch, requestHandler or logger, or Signer to presign";
  return clientError("NotSupported", message);
}
