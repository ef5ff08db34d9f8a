// Signature Version 4 for any request to any service of AWS.

import { type AwsCredentialIdentity, type CredentialProvider, cached, handOver } from "./credentials.js";
import { destroyed } from "./errors.js";
import type { Client } from "./generated/glue.js";
import { unwrap } from "./result.js";
import { requestInit, wasm } from "./wasm.js";
import { encode } from "./wire.js";

/** Whom to sign for, and with what. */
export interface SignerConfig {
  /** Keys, or a function that gives them. */
  credentials: AwsCredentialIdentity | CredentialProvider;
  /** The signing region, as `eu-central-1`. */
  region: string;
  /** The service's signing name, as `s3`. */
  service: string;
  /** What `fetch` sends with in place of the platform's. */
  fetch?: (request: Request) => Promise<Response>;
}

/** When a request is signed: now, if not given. */
export interface SigningOptions {
  signingDate?: Date;
}

/** What goes with a presigned URL. */
export interface PresignOptions extends SigningOptions {
  /** For how long the URL works, in seconds: 1 to 604800. 900 if not given. */
  expiresIn?: number;
  /** `GET` if not given. */
  method?: string;
  /** Headers that are signed, and must be sent with the URL. */
  headers?: Record<string, string>;
}

/** Signs requests, and keeps the day's signing key for the next one. */
export class Signer {
  readonly #config: Omit<SignerConfig, "credentials">;
  #credentials: CredentialProvider | undefined;
  #client: Client | undefined;
  #given: AwsCredentialIdentity | undefined;
  #destroyed = false;

  constructor({ credentials, ...config }: SignerConfig) {
    this.#config = config;
    this.#credentials = cached(credentials);
  }

  /** The request with its signature. Its body is read whole, since its hash is signed. */
  async sign(input: Request | URL | string, init?: RequestInit, options: SigningOptions = {}): Promise<Request> {
    const request = new Request(input, init);
    await this.#ready();
    const body = request.body === null ? new Uint8Array() : new Uint8Array(await request.arrayBuffer());
    const { region, service } = this.#config;
    const { method, url } = request;
    const given = { method, url, headers: Object.fromEntries(request.headers), region, service };
    const time = (options.signingDate ?? new Date()).getTime();
    const { headers } = unwrap(this.#living().sign(encode({ ...given, time }), body));
    return new Request(request, { headers, ...(body.length > 0 && { body }) });
  }

  /** The URL with its signature. Whoever has it can send the request until it expires: treat it as a secret. */
  async presign(url: URL | string, options: PresignOptions = {}): Promise<URL> {
    const { expiresIn = 900, method = "GET", headers = {}, signingDate = new Date() } = options;
    await this.#ready();
    const { region, service } = this.#config;
    const given = { method, url: new URL(url).href, headers, region, service, expiresIn };
    return new URL(
      unwrap(this.#living().sign(encode({ ...given, time: signingDate.getTime() }), new Uint8Array())).url,
    );
  }

  /** Signs a request and sends it. Redirects are not followed, since a signature is good for one host only. */
  async fetch(input: Request | URL | string, init?: RequestInit): Promise<Response> {
    const request = new Request(await this.sign(input, init), requestInit());
    return this.#config.fetch ? this.#config.fetch(request) : fetch(request);
  }

  /** Wipes the keys from the module's memory. */
  destroy(): void {
    this.#destroyed = true;
    this.#credentials = this.#given = undefined;
    this.#client?.wipe();
    this.#client = undefined;
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Has the keys of this moment in the module. */
  async #ready(): Promise<void> {
    const { Client } = await wasm();
    if (!this.#destroyed) this.#client ??= new Client(encode({}));
    const given = await handOver(this.#credentials, this.#given, () => this.#client);
    if (!this.#destroyed) this.#given = given;
  }

  /** What signs. Asked for where it is used: it may be destroyed whenever something is waited for. */
  #living(): Client {
    if (!this.#client) throw destroyed();
    return this.#client;
  }
}
