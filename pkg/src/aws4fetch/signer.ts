// aws4fetch's `AwsV4Signer`: every step of a signature is a field or a method. The cryptography is the platform's Web
// Crypto, as in aws4fetch, so that signing keys that a program passes in `cache` can be used.

import { clientError } from "../errors.js";
import { scopeOfHost } from "./host.js";

/** Options of a signature, as in aws4fetch. */
export interface AwsV4SignerOptions {
  /** Default: `POST` if there is a body, otherwise `GET`. */
  method?: string | undefined;
  url: string;
  headers?: RequestInit["headers"];
  /** A string, an `ArrayBuffer` or a view of one. Other bodies need the header `X-Amz-Content-Sha256`. */
  body?: RequestInit["body"];
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
  /** Signing name of the service. Default: derived from the host. */
  service?: string | undefined;
  /** Signing region. Default: derived from the host, or `us-east-1`. */
  region?: string | undefined;
  /**
   * Cache of signing keys, which are derived once per secret access key, day, region and service. Default: a new map.
   *
   * As in aws4fetch, the secret access key is part of the map's keys: don't log or store the map.
   */
  cache?: Map<string, ArrayBuffer> | undefined;
  /** Time of the signature, e.g. `20261123T190000Z`. Default: now. */
  datetime?: string | undefined;
  /** Signs in the query. The URL's `X-Amz-Expires` is kept; its default is 86,400 seconds for S3. Default: `false`. */
  signQuery?: boolean | undefined;
  /** Adds the session token after signing. Default: `true` for the service `iotdevicegateway`, otherwise `false`. */
  appendSessionToken?: boolean | undefined;
  /** Also signs headers that proxies may change, such as `content-type`, `range` and `user-agent`. Default: `false`. */
  allHeaders?: boolean | undefined;
  /** Does not encode the path again in the canonical request. Default: `false`. */
  singleEncode?: boolean | undefined;
}

/** Headers that proxies and platforms may change. They are signed only if `allHeaders` is set. */
const UNSIGNED_HEADERS: ReadonlySet<string> = new Set([
  "authorization",
  "connection",
  "content-length",
  "content-type",
  "expect",
  "presigned-expires",
  "range",
  "user-agent",
  "x-amzn-trace-id",
]);

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * Signs one request.
 *
 * @example
 * ```ts
 * const signer = new AwsV4Signer({ url: "https://sts.amazonaws.com/", body, accessKeyId, secretAccessKey });
 * const { method, url, headers } = await signer.sign();
 * ```
 */
export class AwsV4Signer {
  method: string;
  url: URL;
  headers: Headers;
  body: RequestInit["body"];
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | undefined;
  service: string;
  region: string;
  cache: Map<string, ArrayBuffer>;
  datetime: string;
  signQuery: boolean | undefined;
  appendSessionToken: boolean;
  signableHeaders: string[];
  signedHeaders: string;
  canonicalHeaders: string;
  credentialString: string;
  encodedPath: string;
  encodedSearch: string;

  constructor(options: AwsV4SignerOptions) {
    requireOptions(options, "url", "accessKeyId", "secretAccessKey");
    this.method = options.method || (options.body ? "POST" : "GET");
    this.url = new URL(options.url);
    this.headers = new Headers(options.headers || {});
    this.body = options.body;
    this.accessKeyId = options.accessKeyId;
    this.secretAccessKey = options.secretAccessKey;
    this.sessionToken = options.sessionToken;
    const [service, region] = scopeOfHost(this.url, this.headers);
    this.service = options.service || service;
    this.region = options.region || region || "us-east-1";
    this.cache = options.cache || new Map();
    this.datetime = options.datetime || new Date().toISOString().replace(/[:-]|\.\d{3}/g, "");
    this.signQuery = options.signQuery;
    this.appendSessionToken = options.appendSessionToken || this.service === "iotdevicegateway";
    this.credentialString = [this.datetime.slice(0, 8), this.region, this.service, "aws4_request"].join("/");

    this.#addHeadersOrParameters();
    this.signableHeaders = ["host", ...this.headers.keys()]
      .filter((name) => options.allHeaders || !UNSIGNED_HEADERS.has(name))
      .sort();
    this.signedHeaders = this.signableHeaders.join(";");
    this.canonicalHeaders = this.signableHeaders.map((name) => `${name}:${this.#headerValue(name)}`).join("\n");
    if (this.signQuery) this.#addSignatureParameters();
    this.encodedPath = this.#canonicalPath(!!options.singleEncode);
    this.encodedSearch = this.#canonicalQuery();
  }

  /** Adds the signature to the headers, or to the URL if `signQuery` is set, and returns the request's parts. */
  async sign(): Promise<{
    method: string;
    url: URL;
    headers: Headers;
    body?: Exclude<RequestInit["body"], undefined>;
  }> {
    if (this.signQuery) {
      this.url.searchParams.set("X-Amz-Signature", await this.signature());
      if (this.sessionToken && this.appendSessionToken) {
        this.url.searchParams.set("X-Amz-Security-Token", this.sessionToken);
      }
    } else {
      this.headers.set("Authorization", await this.authHeader());
    }
    const { method, url, headers, body } = this;
    return { method, url, headers, body };
  }

  /** Returns the value of the header `Authorization`. */
  async authHeader(): Promise<string> {
    const credential = `${this.accessKeyId}/${this.credentialString}`;
    const signature = await this.signature();
    return `${ALGORITHM} Credential=${credential}, SignedHeaders=${this.signedHeaders}, Signature=${signature}`;
  }

  /**
   * Returns the signature, in lowercase hexadecimal.
   *
   * @throws {@link STSClientError} called `InvalidOption` if the service is unknown.
   */
  async signature(): Promise<string> {
    if (!this.service) {
      const message = `the service cannot be derived from the host ${this.url.hostname}: set the option service`;
      throw clientError("InvalidOption", `${message}, and region unless it is us-east-1`);
    }
    return toHex(await hmac(await this.#signingKey(), await this.stringToSign()));
  }

  async stringToSign(): Promise<string> {
    const canonicalRequest = await this.canonicalString();
    return [ALGORITHM, this.datetime, this.credentialString, await hash(canonicalRequest)].join("\n");
  }

  /** Returns the canonical request. */
  async canonicalString(): Promise<string> {
    return [
      this.method.toUpperCase(),
      this.encodedPath,
      this.encodedSearch,
      `${this.canonicalHeaders}\n`,
      this.signedHeaders,
      await this.hexBodyHash(),
    ].join("\n");
  }

  /** Returns the header `X-Amz-Content-Sha256`, or the hash of the body in lowercase hexadecimal. */
  async hexBodyHash(): Promise<string> {
    const header = this.headers.get("X-Amz-Content-Sha256");
    if (header) return header;
    if (this.service === "s3" && this.signQuery) return UNSIGNED_PAYLOAD;
    const body = this.body || "";
    if (typeof body !== "string" && !("byteLength" in body)) {
      throw new Error(
        "body must be a string, ArrayBuffer or ArrayBufferView, or the header X-Amz-Content-Sha256 be set",
      );
    }
    return hash(body);
  }

  /** Adds the date and the session token, before the signed headers are determined. */
  #addHeadersOrParameters(): void {
    // The platform sets it from the URL, and so does the canonical request.
    this.headers.delete("Host");
    if (this.service === "s3" && !this.signQuery && !this.headers.has("X-Amz-Content-Sha256")) {
      this.headers.set("X-Amz-Content-Sha256", UNSIGNED_PAYLOAD);
    }
    const target = this.signQuery ? this.url.searchParams : this.headers;
    target.set("X-Amz-Date", this.datetime);
    if (this.sessionToken && !this.appendSessionToken) target.set("X-Amz-Security-Token", this.sessionToken);
  }

  #addSignatureParameters(): void {
    const { searchParams } = this.url;
    if (this.service === "s3" && !searchParams.has("X-Amz-Expires")) searchParams.set("X-Amz-Expires", "86400");
    searchParams.set("X-Amz-Algorithm", ALGORITHM);
    searchParams.set("X-Amz-Credential", `${this.accessKeyId}/${this.credentialString}`);
    searchParams.set("X-Amz-SignedHeaders", this.signedHeaders);
  }

  #headerValue(name: string): string {
    if (name === "host") return this.url.host;
    // `Headers` has trimmed it already.
    return (this.headers.get(name) || "").replace(/\s+/g, " ");
  }

  #canonicalPath(singleEncode: boolean): string {
    const { pathname } = this.url;
    const path = this.service === "s3" ? decodedKey(pathname) : pathname.replace(/\/+/g, "/");
    return encodeReserved(singleEncode ? path : encodeURIComponent(path).replaceAll("%2F", "/"));
  }

  #canonicalQuery(): string {
    // S3 reads only the first value of each parameter.
    const isRead = ([name]: [string, string], index: number, all: [string, string][]) =>
      this.service !== "s3" || all.findIndex(([other]) => other === name) === index;
    return [...this.url.searchParams]
      .filter(([name]) => name !== "")
      .filter(isRead)
      .map((pair) => pair.map((part) => encodeReserved(encodeURIComponent(part))) as [string, string])
      .sort(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue))
      .map(([name, value]) => `${name}=${value}`)
      .join("&");
  }

  /** Returns the signing key, from the cache if it was derived before. */
  async #signingKey(): Promise<ArrayBuffer> {
    const date = this.datetime.slice(0, 8);
    const cacheKey = [this.secretAccessKey, date, this.region, this.service].join();
    const cached = this.cache.get(cacheKey);
    if (cached) return cached;
    let key = await hmac(new TextEncoder().encode(`AWS4${this.secretAccessKey}`), date);
    for (const part of [this.region, this.service, "aws4_request"]) key = await hmac(key, part);
    this.cache.set(cacheKey, key);
    return key;
  }
}

const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

/** Throws if an option that has no default is missing. */
export function requireOptions<T extends object>(options: T, ...names: (keyof T & string)[]): void {
  for (const name of names) {
    if (options[name] == null) throw new TypeError(`${name} is a required option`);
  }
}

/** Returns the object key of an S3 URL. S3 decodes `+` as a space. */
function decodedKey(pathname: string): string {
  try {
    return decodeURIComponent(pathname.replaceAll("+", " "));
  } catch {
    return pathname;
  }
}

/** Encodes the reserved characters that `encodeURIComponent` leaves as they are. */
function encodeReserved(text: string): string {
  return text.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

async function hmac(key: BufferSource, message: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return crypto.subtle.sign("HMAC", imported, new TextEncoder().encode(message));
}

/** Returns the SHA-256 hash, in lowercase hexadecimal. */
async function hash(content: string | BufferSource): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return toHex(await crypto.subtle.digest("SHA-256", bytes));
}

function toHex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
