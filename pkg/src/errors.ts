// Errors as the AWS SDK gives them, and what to do next.

/** What is known about the call that failed, or that succeeded. */
export interface ResponseMetadata {
  /** The HTTP status, if an answer came. */
  httpStatusCode?: number | undefined;
  /** The id under which AWS knows the request. */
  requestId?: string | undefined;
  /** How often the request was sent. */
  attempts?: number | undefined;
  /** How long was waited between attempts, in milliseconds. */
  totalRetryDelay?: number | undefined;
}

/** What is wrong with one member of an input. */
export interface Violation {
  /** The member, as `Tags[2].Key`. */
  member: string;
  /** What is wrong and what is allowed. */
  message: string;
}

/** What the constructors of the error classes take. */
export interface ErrorFields {
  name: string;
  message: string;
  $fault: "client" | "server";
  $metadata: ResponseMetadata;
  $retryable?: { throttling?: boolean } | undefined;
  hint?: string | undefined;
}

class CallError extends Error {
  /** Whose fault it is. */
  readonly $fault: "client" | "server";
  readonly $metadata: ResponseMetadata;
  /** There if the same call may well succeed later. It was tried again already, as often as `maxAttempts` says. */
  readonly $retryable?: { throttling?: boolean } | undefined;
  /** What a person should do next, for the errors that people meet. */
  readonly hint?: string | undefined;

  constructor(fields: ErrorFields) {
    super(fields.message);
    this.name = fields.name;
    this.$fault = fields.$fault;
    this.$metadata = fields.$metadata;
    if (fields.$retryable) this.$retryable = fields.$retryable;
    if (fields.hint) this.hint = fields.hint;
  }
}

/** An error that did not come from STS: a wrong input or setting, no credentials, the network, a foreign answer. */
export class STSClientError extends CallError {
  /** What is wrong with the input, member by member; empty where something else failed. */
  readonly violations: Violation[];

  constructor(fields: ErrorFields & { violations?: Violation[] }) {
    super(fields);
    this.violations = fields.violations ?? [];
  }
}

/** An error that STS answered with. `name` says which: `AccessDenied`, `ExpiredTokenException`. */
export class STSServiceException extends CallError {
  /** The code as STS wrote it. */
  readonly Code?: string | undefined;

  constructor(fields: ErrorFields & { Code?: string | undefined }) {
    super(fields);
    this.Code = fields.Code;
  }
}

/** What whoever uses a client after its end is told. */
export function destroyed(): STSClientError {
  return new STSClientError({
    name: "ClientDestroyed",
    message: "this client was destroyed; make another",
    $fault: "client",
    $metadata: {},
  });
}
