// Signature Version 4 for requests to any AWS service.

import { parseUrl } from "./config.js";
import { type CredentialProvider, type CredentialSource, cached, updateCredentials } from "./credentials.js";
import { clientError, destroyedError } from "./errors.js";
import type { Client } from "./generated/glue.js";
import { unwrap } from "./result.js";
import { requestInit, wasm } from "./wasm.js";
import { encode } from "./wire.js";

declare global {
  /** As in the library `esnext.disposable`, which a program may not include, and which TypeScript lacks before 5.2. */
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
  /** As in the library `esnext.disposable`. */
  interface Disposable {
    [Symbol.dispose](): void;
  }
}

/** Options of a signer. */
export interface SignerConfig {
  /** Credentials or a provider of them, which is cached as {@link cached} describes. */
  credentials: CredentialSource;
  /** Signing region, e.g. `eu-central-1`. */
  region: string;
  /** Signing name of the service, e.g. `s3`. It determines the defaults of the next three options. */
  service: string;
  /** Whether the path is percent-encoded once, as for S3, or twice. */
  singleEncode?: boolean | undefined;
  /** Whether the hash of the body is sent in the header `x-amz-content-sha256`, as for S3. */
  contentSha256?: boolean | undefined;
  /** Whether the session token is signed. IoT requires `false`: it is appended after signing. */
  signSessionToken?: boolean | undefined;
  /**
   * Whether the credentials are those of S3's CreateSession, for objects in directory buckets (service `s3express`). Their
   * session token is sent as `x-amz-s3session-token` instead of `x-amz-security-token`.
   */
  s3Session?: boolean | undefined;
  /** Signs `UNSIGNED-PAYLOAD` in place of the body's hash, so that a stream is sent without being read first. */
  unsignedPayload?: boolean | undefined;
  /**
   * Server time minus local time, in milliseconds. Default: 0. Corrected when a server rejects a request for clock
   * skew.
   */
  systemClockOffset?: number | undefined;
  /** Custom `fetch`, which receives the signed request. Default: the platform's. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
}

/** Options of a signature. */
export interface SigningOptions {
  /** Time of the signature. Default: now. */
  signingDate?: Date | undefined;
}

/** Options of a presigned URL. */
export interface PresignOptions extends SigningOptions {
  /** Seconds until the URL expires, from 1 to 604,800. Default: 900. */
  expiresIn?: number | undefined;
  /** HTTP method. Default: `GET`. */
  method?: string | undefined;
  /** Headers to sign. Every request to the URL must send them. */
  headers?: RequestInit["headers"];
}

/** A request to sign. */
interface Draft {
  request: Request;
  /** The bytes of the body, if it was read so that it can be hashed. */
  read: Uint8Array<ArrayBuffer> | undefined;
  /** The body, if it can be sent again: not a stream that is passed on unread. */
  body: RequestInit["body"];
  /** Whether the request can be sent twice. */
  replayable: boolean;
  /** The caller's options, which take precedence over the platform's. */
  init: RequestInit;
}

/** Maximum clock skew that is left uncorrected, in milliseconds. AWS rejects requests that are off by five minutes. */
const MAX_CLOCK_SKEW = 4 * 60 * 1000;

const CONTENT_SHA256 = "x-amz-content-sha256";

/** Signing names whose paths are percent-encoded once, as `Settings::for_service` in Rust has them. */
const S3_SERVICE = /^s3(express|-outposts|-object-lambda)?$/;

/**
 * URL parsing replaces `\` and lone surrogates, and removes tabs, line breaks, dot segments, and spaces at the end. `%2F`
 * counts as a slash, because the path that is signed has one in its place.
 *
 * Source: WHATWG URL Standard, section 4.4, "URL parsing".
 */
const CHANGED_BY_PARSING = /^[^?#]*(\\|[\t\n\r\p{Cs}]|(\/|%2f)(\.|%2e){1,2}([/?#]|%2f|$))|^[^?#]*[\0- ]$/iu;

/**
 * Signs requests to one service in one region. Caches the signing key, which is valid for a day.
 *
 * - Bodies of every kind are read once and hashed. With `unsignedPayload`, or if the request has the header
 *   `x-amz-content-sha256`, they are passed on unread.
 * - The URL is sent in the encoding that is signed: `+` in an S3 object key becomes `%2B`. A URL that parsing would change to
 *   that of another object, e.g. by removing `..` or a space at its end, is rejected.
 * - Headers that a platform or proxy sets are not signed: `user-agent`, `accept-encoding`, `cookie`, `origin`, `referer`,
 *   `sec-*`, `x-amzn-trace-id`. Those that describe the connection of an incoming request are not sent either, so that
 *   a worker can forward the request: `host`, `connection`, `cf-*`, `x-forwarded-*` and others, which the Rust crate's
 *   documentation lists.
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
  /** Server time minus local time, in milliseconds. */
  systemClockOffset: number;
  readonly #config: Omit<SignerConfig, "credentials" | "systemClockOffset">;
  #provider: CredentialProvider | undefined;
  /** Those that the module has, encoded. */
  #credentials: string | undefined;
  #client: Client | undefined;
  #destroyed = false;

  constructor({ credentials, systemClockOffset = 0, ...config }: SignerConfig) {
    this.systemClockOffset = systemClockOffset;
    this.#config = config;
    this.#provider = cached(credentials, { now: () => this.#now() });
  }

  /**
   * Returns the request with its signature in the headers. It does not follow redirects, because a signature is valid
   * for one host only: its `redirect` is `manual` if the caller sets that or the platform requires it, otherwise
   * `error`.
   *
   * @example
   * ```ts
   * const request = await signer.sign(url, { method: "PUT", body: "hello" });
   * ```
   */
  async sign(input: Request | URL | string, init?: RequestInit, options: SigningOptions = {}): Promise<Request> {
    const draft = await this.#draft(input, init);
    await this.#prepare();
    return this.#signed(draft, options.signingDate?.getTime() ?? this.#now());
  }

  /**
   * Returns the URL with the signature in its query; an earlier signature is replaced. Anyone who has the URL can send
   * the request until it expires: keep it secret.
   *
   * @example
   * ```ts
   * const download = await signer.presign("https://my-bucket.s3.eu-central-1.amazonaws.com/report.pdf");
   * ```
   */
  async presign(url: URL | string, options: PresignOptions = {}): Promise<URL> {
    const { expiresIn, method = "GET", headers, signingDate } = options;
    const { href } = this.#checkUrl(url);
    await this.#prepare();
    const request = {
      method: /^(delete|get|head|options|post|put)$/i.test(method) ? method.toUpperCase() : method,
      url: href,
      headers: Object.fromEntries(new Headers(headers)),
      expiresIn: expiresIn ?? 900,
    };
    return new URL(this.#sign(request, new Uint8Array(), signingDate?.getTime() ?? this.#now()).url);
  }

  /**
   * Signs a request and sends it. If the server rejects it because of clock skew, the offset is corrected, and the
   * request is sent again, unless its body is a stream that was passed on unread.
   */
  async fetch(input: Request | URL | string, init?: RequestInit): Promise<Response> {
    const draft = await this.#draft(input, init);
    const { fetch = globalThis.fetch } = this.#config;
    for (let attempt = 1; ; attempt += 1) {
      await this.#prepare();
      const time = this.#now();
      const response = await fetch(this.#signed(draft, time));
      const skewed = attempt === 1 && (await this.#correctClock(response, time));
      if (!skewed || !draft.replayable) return response;
      // Not every `fetch` returns a stream, or one that is not being read.
      await response.body?.cancel?.().catch(() => {});
    }
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

  #now(): number {
    return Date.now() + Math.trunc(this.systemClockOffset);
  }

  /** Reads the request, and its body unless its hash is not needed. */
  async #draft(input: Request | URL | string, init: RequestInit = {}): Promise<Draft> {
    if (init.redirect === "follow") {
      throw clientError("InvalidOption", 'a signed request must not follow redirects: set redirect to "manual"');
    }
    this.#checkUrl(input instanceof Request ? input.url : input);
    // Node requires `duplex` for streams.
    const request = new Request(input, { duplex: "half", ...init } as RequestInit);
    const { headers } = request;
    // The hash in a request that is already signed belongs to that signature: the body may have changed since.
    if (headers.has("authorization") && headers.get(CONTENT_SHA256)?.length === 64) headers.delete(CONTENT_SHA256);
    const unread = this.#config.unsignedPayload || headers.has(CONTENT_SHA256);
    // `body` is undefined in Firefox, whether there is one or not: there, assume one.
    const hasBody = request.body !== null && !["GET", "HEAD"].includes(request.method);
    const read = hasBody && !unread ? new Uint8Array(await request.arrayBuffer()) : undefined;
    let body = read ?? (isReusable(init.body) ? init.body : undefined);
    // A request with another URL gets the stream in `body`, which Firefox does not have: it would get nothing.
    if (hasBody && (request.body === undefined || init.body instanceof FormData)) body ??= await request.blob();
    return { request, read, body, replayable: !hasBody || body !== undefined, init };
  }

  /**
   * Parses a URL. Rejects an invalid one, one with a password, and one that parsing would change to the URL of another S3
   * object.
   */
  #checkUrl(url: URL | string): URL {
    const { service, singleEncode = S3_SERVICE.test(service) } = this.#config;
    const parsed = parseUrl(url, globalThis.location?.href);
    if (parsed.username || parsed.password)
      throw clientError("InvalidUrl", "invalid URL: it contains a user name or password");
    if (singleEncode && CHANGED_BY_PARSING.test(String(url))) {
      const message =
        "parsing this URL would change the object key: it cannot have the segments . and ..; " +
        "percent-encode \\, tabs, line breaks, and spaces at its end";
      throw clientError("InvalidUrl", message);
    }
    return parsed;
  }

  /** Loads the module and passes it the current credentials. */
  async #prepare(): Promise<void> {
    const { Client } = await wasm();
    if (!this.#destroyed) this.#client ??= new Client(encode({}));
    const credentials = await updateCredentials(this.#provider, this.#credentials, () => this.#client);
    if (!this.#destroyed) this.#credentials = credentials;
  }

  /** Returns the request, signed at `time`. */
  #signed({ request, read, body, init }: Draft, time: number): Request {
    // The platform sets the length of a body that was read. For a stream, the caller's value is kept.
    const { authorization, "content-length": length, ...unsigned } = Object.fromEntries(request.headers);
    const { method, url: requested } = request;
    const { url, headers } = this.#sign({ method, url: requested, headers: unsigned }, read ?? new Uint8Array(), time);
    if (length && !read) headers["content-length"] = length;
    const platform = requestInit();
    const redirect = (init.redirect ?? request.redirect) === "manual" ? "manual" : (platform.redirect ?? "error");
    return new Request(url === requested ? request : new Request(url, optionsOf(request, body ?? request.body)), {
      duplex: "half",
      ...platform,
      ...init,
      redirect,
      headers,
      body,
    } as RequestInit);
  }

  #sign(request: object, body: Uint8Array, time: number) {
    // Checked here because the signer may be destroyed during any `await` of its callers.
    if (!this.#client) throw destroyedError();
    const { region, service, singleEncode, contentSha256, signSessionToken, s3Session, unsignedPayload } = this.#config;
    const flags = Object.entries({ singleEncode, contentSha256, signSessionToken, s3Session, unsignedPayload });
    const settings = Object.fromEntries(flags.map(([name, value]) => [name, value == null ? value : Number(!!value)]));
    return unwrap<{ url: string; headers: Record<string, string> }>(
      this.#client.sign(encode({ ...request, ...settings, region, service, time }), body),
    );
  }

  /** Returns true, and corrects the offset, if the server rejected a request signed at `time` because of clock skew. */
  async #correctClock(response: Response, time: number): Promise<boolean> {
    if (![400, 401, 403].includes(response.status)) return false;
    const now = await serverTime(response);
    if (!(Math.abs(now - time) > MAX_CLOCK_SKEW)) return false;
    this.systemClockOffset = now - Date.now();
    return true;
  }
}

/** Whether a request may have this body and be sent again: not a stream, nor a form, whose boundary is random. */
function isReusable(body: RequestInit["body"]): boolean {
  const kinds = [ArrayBuffer, Blob, URLSearchParams];
  return typeof body === "string" || ArrayBuffer.isView(body) || kinds.some((kind) => body instanceof kind);
}

/** Returns the options of `request`, for a request with another URL, with `body` as the body. */
function optionsOf(request: Request, body: RequestInit["body"]): RequestInit {
  return new Proxy(request, { get: (target, name) => (name === "body" ? body : Reflect.get(target, name)) });
}

/** Returns the server's time in milliseconds since 1970, or NaN. */
async function serverTime(response: Response): Promise<number> {
  const header = response.headers.get("date");
  if (header) return Date.parse(header);
  // If CORS hides the header, the time may be in S3's error document, or in `Signature expired: … (C - 5 min.)`.
  const text = await response.clone().text();
  const [, extended, basic] = text.match(/<ServerTime>([^<]+)|\((\d{8}T\d{6}Z) [-+] /) ?? [];
  return Date.parse(extended ?? basic?.replace(/^(....)(..)(..T..)(..)/, "$1-$2-$3:$4:") ?? "");
}
