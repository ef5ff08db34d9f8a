// The client: sends commands, prepares signed requests and parses responses.

import type { Command } from "./command.js";
import { type ResolvedSTSClientConfig, resolveConfig, resolveSettings, type STSClientConfig } from "./config.js";
import { type AwsCredentialIdentity, type CredentialProvider, cached, updateCredentials } from "./credentials.js";
import { clientError, destroyedError, noMiddlewareError, type ResponseMetadata } from "./errors.js";
import type { Client, PendingCall } from "./generated/glue.js";
import { type OperationName, type Operations, UNSIGNED_OPERATIONS } from "./generated/model.js";
import { logged } from "./logger.js";
import { fetchWith, requireHandle } from "./request-handler.js";
import { unwrap } from "./result.js";
import {
  abortable,
  type Callback,
  delay,
  type Fetch,
  type RequestOptions,
  sendRequest,
  TransportError,
} from "./send.js";
import type { SigningOptions } from "./signer.js";
import { singleFlight } from "./single-flight.js";
import { maxWait, requestInit, startTimer, wasm } from "./wasm.js";
import { encode } from "./wire.js";

/** A request that is ready to be sent. */
export interface PreparedRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Canonical request. Omitted for operations that are sent unsigned. */
  canonicalRequest?: string;
  /** String to sign. Omitted for operations that are sent unsigned. */
  stringToSign?: string;
}

/** An HTTP response from STS, received by other means than this client. */
export interface ParseInput {
  /** HTTP status code. */
  status: number;
  headers?: Headers | Record<string, string>;
  /** XML body. */
  body: string | Uint8Array;
}

/** The result of an attempt: the output with its metadata, or the delay before the next attempt. */
type Attempt = { output: object; requestId?: string; attempts: number; totalRetryDelay: number } | Retry;

interface Retry {
  /** In milliseconds. */
  retryDelay: number;
}

/**
 * A client for AWS STS that sends commands.
 *
 * @example
 * ```ts
 * const client = new STSClient({ region: "eu-central-1", credentials });
 * const { Arn } = await client.send(new GetCallerIdentityCommand());
 * client.destroy();
 * ```
 */
export class STSClient {
  readonly #options: Omit<STSClientConfig, "credentials">;
  #config: ResolvedSTSClientConfig | undefined;
  #provider: CredentialProvider | undefined;
  /** Those that the module has, encoded. */
  #credentials: string | undefined;
  #clockOffset: number;
  #client: Client | undefined;
  #destroyed = false;
  readonly #createClient = singleFlight(() => this.#create(), maxWait);

  constructor(config: STSClientConfig = {}) {
    const { credentials, ...options } = config;
    if (options.requestHandler) requireHandle(options.requestHandler);
    this.#options = options;
    this.#provider = credentials && cached(credentials, { now: () => Date.now() + this.systemClockOffset });
    this.#clockOffset = config.systemClockOffset ?? 0;
  }

  /** The options; those that can be set as a function are functions. */
  get config(): ResolvedSTSClientConfig {
    // Created when first read, since its functions take a third of the time of creating a client and signing once.
    this.#config ??= resolveConfig(this.#options, () => this.#getCredentials());
    return this.#config;
  }

  /** `config` if it was read, since its reader may have changed it. */
  get #current(): STSClientConfig {
    return this.#config ?? this.#options;
  }

  /** Server time minus local time, in milliseconds. */
  get systemClockOffset(): number {
    return this.#client?.clockOffset ?? this.#clockOffset;
  }

  set systemClockOffset(milliseconds: number) {
    this.#clockOffset = milliseconds;
    if (this.#client) this.#client.clockOffset = milliseconds;
  }

  /** Sends a command and passes its outcome to a callback, as in the AWS SDK. */
  send<Input extends object, Output>(
    command: Command<Input, Output>,
    ...rest: [callback: Callback<Output>] | [options: RequestOptions, callback: Callback<Output>]
  ): void;
  /**
   * Sends a command and returns its output.
   *
   * @throws {@link STSServiceException} if STS returns an error.
   * @throws {@link STSClientError} if the input is invalid or no valid response is received.
   */
  send<Input extends object, Output>(command: Command<Input, Output>, options?: RequestOptions): Promise<Output>;
  send<Input extends object, Output>(
    command: Command<Input, Output>,
    options?: RequestOptions | Callback<Output>,
    callback?: Callback<Output>,
  ): Promise<Output> | undefined {
    if (typeof options === "function") return this.send(command, {}, options) as undefined;
    const output = this.call(command?.operation, command?.input, options) as Promise<unknown> as Promise<Output>;
    if (!callback) return output;
    // An error that the callback throws is an unhandled rejection, so that it is reported.
    output.then((value) => callback(null, value), callback);
  }

  /** Calls an operation by its name and returns its output. Throws what {@link STSClient.send} throws. */
  call<Name extends OperationName>(
    operation: Name,
    input: object = {},
    options: RequestOptions = {},
  ): Promise<OutputOf<Name>> {
    return logged(this.#current, operation, input, this.#call(operation, input, options));
  }

  async #call<Name extends OperationName>(
    operation: Name,
    input: object,
    options: RequestOptions,
  ): Promise<OutputOf<Name>> {
    let call: PendingCall | undefined;
    try {
      await abortable(() => this.#prepare(operation), options.abortSignal);
      call = this.#startCall(operation, input);
      for (;;) {
        const attempt = await this.#attempt(call, options);
        if ("output" in attempt) {
          const { output, ...rest } = attempt;
          const $metadata: ResponseMetadata = { httpStatusCode: 200, ...rest };
          return { $metadata, ...output } as OutputOf<Name>;
        }
        if (attempt.retryDelay > 0) await delay(attempt.retryDelay, options.abortSignal);
      }
    } catch (error) {
      throw error instanceof TransportError ? clientError("AbortError", "Request aborted") : error;
    } finally {
      // If the client was destroyed during the call, this wipes what the call left on the stack.
      if (this.#destroyed) call?.wipe();
      else call?.free();
    }
  }

  /**
   * Returns the signed request of a call, with the intermediate values of its signature. Nothing is sent.
   *
   * @example
   * ```ts
   * const { url, headers, body } = await sts.request("GetCallerIdentity", {});
   * ```
   */
  async request(operation: OperationName, input: object, options: SigningOptions = {}): Promise<PreparedRequest> {
    await this.#prepare(operation);
    const call = this.#startCall(operation, input);
    try {
      return unwrap<PreparedRequest>(call.nextRequest(options.signingDate?.getTime() ?? serverTime(call)));
    } finally {
      call.free();
    }
  }

  /**
   * Parses a response that was received elsewhere. Returns the output, or throws the error in the response.
   *
   * @example
   * ```ts
   * const { Account } = await sts.parse("GetCallerIdentity", { status: 200, body });
   * ```
   */
  async parse<Name extends OperationName>(operation: Name, response: ParseInput): Promise<OutputOf<Name>> {
    const { parse } = await wasm();
    const { status, body } = response;
    const headers = response.headers instanceof Headers ? Object.fromEntries(response.headers) : response.headers;
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const text = parse(operation, encode({ status, headers }), bytes);
    const { output, requestId } = unwrap<{ output: object; requestId?: string }>(text);
    return { ...output, $metadata: { httpStatusCode: status, requestId } } as OutputOf<Name>;
  }

  /** Wipes the credentials from the wasm module's memory. Copies in JavaScript strings cannot be wiped. */
  destroy(): void {
    this.#destroyed = true;
    this.#provider = undefined;
    this.#credentials = undefined;
    this.#clockOffset = this.systemClockOffset;
    this.#client?.wipe();
    this.#client = undefined;
    this.#current.requestHandler?.destroy?.();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Throws: the AWS SDK's middleware is not supported. */
  get middlewareStack(): never {
    throw noMiddlewareError();
  }

  /** Sends the next request of `call`. */
  async #attempt(call: PendingCall, options: RequestOptions): Promise<Attempt> {
    const { url, method, headers, body } = unwrap<PreparedRequest>(call.nextRequest(serverTime(call)));
    const { fetch = globalThis.fetch, requestHandler, requestTimeout = 10_000 } = this.#current;
    const { abortSignal: signal, requestTimeout: timeout = requestTimeout } = options;
    const send: Fetch = requestHandler ? fetchWith(requestHandler) : (url, init) => fetch(url, init);
    const init = { ...requestInit(), method, headers, body };
    const limits = { timeout, signal, startTimer: startTimer() };
    let response: object;
    let bytes: Uint8Array = new Uint8Array();
    try {
      ({ body: bytes, ...response } = await sendRequest(send, url, init, limits));
    } catch (error) {
      if (!(error instanceof TransportError) || error.kind === "aborted") throw error;
      response = { failure: error.kind, message: error.message };
    }
    return unwrap<Attempt>(call.handleResponse(encode(response), bytes, Date.now(), Math.random()));
  }

  /** Creates the module's client and passes it the current credentials. */
  async #prepare(operation: OperationName): Promise<void> {
    this.#throwIfDestroyed();
    if (!operation)
      throw clientError("InvalidInput", "pass a command of this package, e.g. new GetCallerIdentityCommand()");
    if (!this.#client) await this.#createClient();
    this.#throwIfDestroyed();
    if (UNSIGNED_OPERATIONS.includes(operation)) return;
    const credentials = await updateCredentials(this.#provider, this.#credentials, () => this.#client);
    this.#throwIfDestroyed();
    this.#credentials = credentials;
  }

  /** Starts a call with the credentials that the module has. */
  #startCall(operation: OperationName, input: object): PendingCall {
    this.#throwIfDestroyed();
    return this.#client!.startCall(operation, encode(input));
  }

  async #create(): Promise<Client> {
    const { Client } = await wasm();
    const settings = await resolveSettings(this.#current, this.#clockOffset);
    this.#throwIfDestroyed();
    this.#client = new Client(encode(settings));
    return this.#client;
  }

  async #getCredentials(): Promise<AwsCredentialIdentity> {
    this.#throwIfDestroyed();
    if (this.#provider) return this.#provider();
    throw clientError("CredentialsProviderError", "the credentials are missing: set the option credentials");
  }

  /** Called after every `await`, since the client may have been destroyed in the meantime. */
  #throwIfDestroyed(): void {
    if (this.#destroyed) throw destroyedError();
  }
}

/** Returns the local time plus the clock offset, in milliseconds since 1970. */
function serverTime(call: PendingCall): number {
  // The offset of the call, not of the client, because the call may outlive the client.
  return Date.now() + call.clockOffset;
}

type OutputOf<Name extends OperationName> = Awaited<ReturnType<Operations[Uncapitalize<Name>]>>;
