/// <reference lib="esnext.disposable" preserve="true" />

// Signature Version 4 for requests to any AWS service.

import { type AwsCredentialIdentity, type CredentialProvider, cached, updateCredentials } from "./credentials.js";
import { destroyedError } from "./errors.js";
import type { Client } from "./generated/glue.js";
import { unwrap } from "./result.js";
import { requestInit, wasm } from "./wasm.js";
import { encode } from "./wire.js";

/** Options of a signer. */
export interface SignerConfig {
  /** Credentials or a provider of them. */
  credentials: AwsCredentialIdentity | CredentialProvider;
  /** Signing region, e.g. `eu-central-1`. */
  region: string;
  /** Signing name of the service, e.g. `s3`. */
  service: string;
  /** Custom `fetch`, which receives the signed request. Default: the platform's. */
  fetch?: (request: Request) => Promise<Response>;
}

/** Options of a signature. */
export interface SigningOptions {
  /** Time of the signature. Default: now. */
  signingDate?: Date;
}

/** Options of a presigned URL. */
export interface PresignOptions extends SigningOptions {
  /** Seconds until the URL expires, from 1 to 604,800. Default: 900. */
  expiresIn?: number;
  /** HTTP method. Default: `GET`. */
  method?: string;
  /** Headers to sign. Every request to the URL must send them. */
  headers?: Record<string, string>;
}

/**
 * Signs requests to one service in one region. Caches the signing key, which is valid for a day.
 *
 * @example
 * ```ts
 * const signer = new Signer({ region: "eu-central-1", service: "s3", credentials });
 * const response = await signer.fetch("https://s3.eu-central-1.amazonaws.com/");
 * console.log(await response.text()); // the list of buckets, in XML
 * signer.destroy();
 * ```
 */
export class Signer {
  readonly #config: Omit<SignerConfig, "credentials">;
  #provider: CredentialProvider | undefined;
  #credentials: AwsCredentialIdentity | undefined;
  #client: Client | undefined;
  #destroyed = false;

  constructor({ credentials, ...config }: SignerConfig) {
    this.#config = config;
    this.#provider = cached(credentials);
  }

  /**
   * Returns the request with its signature in the headers. The body is buffered, because its hash is signed.
   *
   * @example
   * ```ts
   * const request = await signer.sign(url, { method: "PUT", body: "hello" });
   * ```
   */
  async sign(input: Request | URL | string, init?: RequestInit, options: SigningOptions = {}): Promise<Request> {
    const request = new Request(input, init);
    await this.#prepare();
    const body = request.body === null ? new Uint8Array() : new Uint8Array(await request.arrayBuffer());
    const { method, url } = request;
    const { headers } = this.#sign({ method, url, headers: Object.fromEntries(request.headers) }, body, options);
    return new Request(request, { headers, ...(body.length > 0 && { body }) });
  }

  /**
   * Returns the URL with its signature in the query. Anyone who has it can send the request until it expires: keep it
   * secret.
   *
   * @example
   * ```ts
   * const download = await signer.presign("https://my-bucket.s3.eu-central-1.amazonaws.com/report.pdf", { expiresIn: 60 });
   * ```
   */
  async presign(url: URL | string, options: PresignOptions = {}): Promise<URL> {
    const { expiresIn = 900, method = "GET", headers = {} } = options;
    await this.#prepare();
    const request = { method, url: new URL(url).href, headers, expiresIn };
    return new URL(this.#sign(request, new Uint8Array(), options).url);
  }

  /** Signs a request and sends it. Redirects are not followed, because a signature is valid for one host only. */
  async fetch(input: Request | URL | string, init?: RequestInit): Promise<Response> {
    const request = new Request(await this.sign(input, init), requestInit());
    return this.#config.fetch ? this.#config.fetch(request) : fetch(request);
  }

  /** Wipes the credentials from the wasm module's memory. Copies in JavaScript strings cannot be wiped. */
  destroy(): void {
    this.#destroyed = true;
    this.#provider = undefined;
    this.#credentials = undefined;
    this.#client?.wipe();
    this.#client = undefined;
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Loads the module and passes it the current credentials. */
  async #prepare(): Promise<void> {
    const { Client } = await wasm();
    if (!this.#destroyed) this.#client ??= new Client(encode({}));
    const credentials = await updateCredentials(this.#provider, this.#credentials, () => this.#client);
    if (!this.#destroyed) this.#credentials = credentials;
  }

  #sign(request: object, body: Uint8Array, { signingDate = new Date() }: SigningOptions) {
    // Checked here because the signer may be destroyed during any `await` of its callers.
    if (!this.#client) throw destroyedError();
    const { region, service } = this.#config;
    const text = this.#client.sign(encode({ ...request, region, service, time: signingDate.getTime() }), body);
    return unwrap<{ url: string; headers: Record<string, string> }>(text);
  }
}
