// The client.

import type { Command } from "./command.js";
import { type AwsCredentialIdentity, type CredentialProvider, cached, handOver } from "./credentials.js";
import { destroyed, type ResponseMetadata, STSClientError } from "./errors.js";
import type { Client, PendingCall } from "./generated/glue.js";
import { OPERATIONS, type OperationName, type Operations } from "./generated/model.js";
import { unwrap } from "./result.js";
import { type Fetch, pause, sendRequest, TransportError } from "./send.js";
import { requestInit, wasm } from "./wasm.js";
import { encode } from "./wire.js";

/** A client's settings: those of the AWS SDK, and a few of its own. */
export interface STSClientConfig {
  /** The region, as `eu-central-1`, or a function that gives it. Required. `aws-global` is the legacy endpoint. */
  region?: string | (() => Promise<string>);
  /** Keys, or a function that gives them. Operations that are sent unsigned need none. */
  credentials?: AwsCredentialIdentity | CredentialProvider;
  /** An endpoint of one's own, as `http://127.0.0.1:4566`. */
  endpoint?: string | URL;
  /** Whether to use AWS's endpoints with FIPS 140 validated cryptography. */
  useFipsEndpoint?: boolean;
  /** Whether to use AWS's endpoints that are reached over IPv6 too. */
  useDualstackEndpoint?: boolean;
  /** Whether the oldest regions use the legacy global endpoint. */
  useGlobalEndpoint?: boolean;
  /** How often a call is sent at most, the first time included. 3 if not given. */
  maxAttempts?: number;
  /** How long one attempt may take, in milliseconds. 10000 if not given. */
  requestTimeout?: number;
  /** What is added to this machine's clock to get the server's, in milliseconds. Corrected by itself. */
  systemClockOffset?: number;
  /** `false` sends inputs unchecked, for the day AWS widens a limit. */
  validate?: boolean;
  /** What to send with in place of the platform's `fetch`. */
  fetch?: Fetch;
}

/** What goes with one call. */
export interface RequestOptions {
  /** Stops the call at once, also while it waits for the next attempt. */
  abortSignal?: AbortSignal;
}

/** A request as it would be sent. */
export interface PreparedRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  /** The canonical request and the string to sign; not there for operations that are sent unsigned. */
  canonicalRequest?: string;
  stringToSign?: string;
}

/** A response to a call, however it came. */
export interface ParseInput {
  status: number;
  headers?: Headers | Record<string, string>;
  body: string | Uint8Array;
}

/** Calls AWS STS, command by command: `client.send(new AssumeRoleCommand(input))`. */
export class STSClient {
  readonly config: Readonly<STSClientConfig>;
  #making: Promise<Client> | undefined;
  #credentials: CredentialProvider | undefined;
  #given: AwsCredentialIdentity | undefined;
  #offset: number;
  #destroyed = false;
  #client: Client | undefined;

  constructor(config: STSClientConfig = {}) {
    const { credentials, ...rest } = config;
    // The keys stay out of what a log of the client would show.
    this.config = rest;
    this.#credentials = credentials && cached(credentials);
    this.#offset = config.systemClockOffset ?? 0;
  }

  /** What is added to this machine's clock to get the server's, in milliseconds. */
  get systemClockOffset(): number {
    return this.#client?.clockOffset ?? this.#offset;
  }

  set systemClockOffset(milliseconds: number) {
    this.#offset = milliseconds;
    if (this.#client) this.#client.clockOffset = milliseconds;
  }

  /** The request of a call and the steps of its signature. Nothing is sent. */
  async request(
    operation: OperationName,
    input: object,
    options: { signingDate?: Date } = {},
  ): Promise<PreparedRequest> {
    const call = await this.#begin(operation, input);
    try {
      return unwrap(call.next(options.signingDate?.getTime() ?? serverTime(call)));
    } finally {
      call.free();
    }
  }

  /** Reads a response to a call: the output, or the service's error thrown. */
  async parse<Name extends OperationName>(operation: Name, response: ParseInput): Promise<OutputOf<Name>> {
    const { parse } = await wasm();
    const { status, body } = response;
    const headers = response.headers instanceof Headers ? Object.fromEntries(response.headers) : response.headers;
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const { output, requestId } = unwrap(parse(operation, encode({ status, headers }), bytes));
    return { ...output, $metadata: { httpStatusCode: status, requestId } };
  }

  /** Wipes the keys from the module's memory. What JavaScript itself still holds of them it cannot wipe. */
  destroy(): void {
    this.#destroyed = true;
    this.#credentials = this.#given = undefined;
    this.#offset = this.systemClockOffset;
    this.#client?.wipe();
    this.#client = undefined;
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Makes the call that a command stands for. */
  send<Input extends object, Output>(command: Command<Input, Output>, options?: RequestOptions): Promise<Output> {
    return this.call(command.operation, command.input, options);
  }

  /** Makes a call of any operation. */
  async call(operation: OperationName, input: object = {}, options: RequestOptions = {}): Promise<any> {
    const call = await this.#begin(operation, input);
    try {
      for (;;) {
        const step = await this.#attempt(call, options.abortSignal);
        if (step.output) {
          const { output, ...rest } = step;
          const $metadata: ResponseMetadata = { httpStatusCode: 200, ...rest };
          return { $metadata, ...output };
        }
        if (step.again > 0) await pause(step.again, options.abortSignal);
      }
    } catch (error) {
      throw error instanceof TransportError ? failed("AbortError", "Request aborted") : error;
    } finally {
      // A call that outlived its client wipes what it left on the stack.
      if (this.#destroyed) call.wipe();
      else call.free();
    }
  }

  /** Sends once: the output, or in `again` the milliseconds to wait before the next attempt. */
  async #attempt(call: PendingCall, signal: AbortSignal | undefined) {
    const { url, method, headers, body } = unwrap(call.next(serverTime(call)));
    const { fetch = globalThis.fetch, requestTimeout = 10_000 } = this.config;
    try {
      const init = { ...requestInit(), method, headers, body };
      const { body: bytes, ...reply } = await sendRequest(
        (url, init) => fetch(url, init),
        url,
        init,
        requestTimeout,
        signal,
      );
      return unwrap(call.answer(encode(reply), bytes, Date.now(), Math.random()));
    } catch (error) {
      if (!(error instanceof TransportError) || error.kind === "aborted") throw error;
      const reply = encode({ failed: error.kind, words: error.message });
      return unwrap(call.answer(reply, new Uint8Array(), Date.now(), Math.random()));
    }
  }

  /** Begins a call with the keys of this moment. */
  async #begin(operation: OperationName, input: object): Promise<PendingCall> {
    // It may be destroyed whenever something is waited for.
    if (this.#destroyed) throw destroyed();
    const client = await (this.#making ??= this.#make());
    if (this.#destroyed) throw destroyed();
    this.#client = client;
    if (OPERATIONS[operation]) {
      const given = await handOver(this.#credentials, this.#given, () => this.#client);
      if (this.#destroyed) throw destroyed();
      this.#given = given;
    }
    return client.begin(operation, encode(input));
  }

  async #make(): Promise<Client> {
    try {
      const { Client } = await wasm();
      const { region, endpoint, useFipsEndpoint, useDualstackEndpoint, useGlobalEndpoint } = this.config;
      const { validate = true, maxAttempts = 3 } = this.config;
      const settings = {
        region: typeof region === "function" ? await region() : region,
        endpoint: endpoint?.toString(),
        useFipsEndpoint: Number(!!useFipsEndpoint),
        useDualstackEndpoint: Number(!!useDualstackEndpoint),
        useGlobalEndpoint: Number(!!useGlobalEndpoint),
        validate: Number(validate),
        maxAttempts,
        systemClockOffset: Math.trunc(this.#offset),
      };
      return new Client(encode(settings));
    } catch (error) {
      this.#making = undefined;
      throw error;
    }
  }
}

// The methods come from the list of operations, and so do their types.
export interface STS extends Operations {}

/** Calls AWS STS. One method for each operation, named and shaped as in @aws-sdk/client-sts. */
export class STS extends STSClient {}

/** This machine's time, corrected by what servers told. In milliseconds since 1970. */
function serverTime(call: PendingCall): number {
  // The call's own: it may outlive its client.
  return Date.now() + call.clockOffset;
}

type OutputOf<Name extends OperationName> = Awaited<ReturnType<Operations[Uncapitalize<Name>]>>;

for (const operation of Object.keys(OPERATIONS) as OperationName[]) {
  const method = operation[0]!.toLowerCase() + operation.slice(1);
  const call = function (this: STS, input?: object, options?: RequestOptions) {
    return this.call(operation, input, options);
  };
  Object.defineProperty(STS.prototype, method, { value: call, writable: true, configurable: true });
}

function failed(name: string, message: string): STSClientError {
  return new STSClientError({ name, message, $fault: "client", $metadata: {} });
}
