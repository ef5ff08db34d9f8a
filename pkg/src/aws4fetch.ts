// A drop-in replacement for aws4fetch. It does not load the wasm module.

import { AwsV4Signer, type AwsV4SignerOptions, requireOptions } from "./aws4fetch/signer.js";

export { AwsV4Signer, type AwsV4SignerOptions };

/** Options of a client, as in aws4fetch. They are also fields of the client, where a change affects later requests. */
export interface AwsClientOptions
  extends Pick<
    AwsV4SignerOptions,
    "accessKeyId" | "secretAccessKey" | "sessionToken" | "service" | "region" | "cache"
  > {
  /** Number of retries after a status of 429 or at least 500. Default: 10. */
  retries?: number | undefined;
  /** Maximum delay before the first retry, in milliseconds. Doubles with each retry. Default: 50. */
  initRetryMs?: number | undefined;
}

/**
 * Options of a request: those of `fetch`, and in `aws` those of its signature, which take precedence over the client's.
 */
export interface AwsRequestInit extends RequestInit {
  aws?: Partial<Omit<AwsV4SignerOptions, "method" | "url" | "headers" | "body">>;
}

/**
 * Signs requests and sends them with retries.
 *
 * @example
 * ```ts
 * const aws = new AwsClient({ accessKeyId, secretAccessKey });
 * const response = await aws.fetch("https://s3.eu-central-1.amazonaws.com/");
 * ```
 */
export class AwsClient {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | undefined;
  service: string | undefined;
  region: string | undefined;
  cache: Map<string, ArrayBuffer>;
  retries: number;
  initRetryMs: number;

  constructor(options: AwsClientOptions) {
    requireOptions(options, "accessKeyId", "secretAccessKey");
    this.accessKeyId = options.accessKeyId;
    this.secretAccessKey = options.secretAccessKey;
    this.sessionToken = options.sessionToken;
    this.service = options.service;
    this.region = options.region;
    this.cache = options.cache || new Map();
    this.retries = options.retries ?? 10;
    this.initRetryMs = options.initRetryMs || 50;
  }

  /** Returns the signed request. Throws what {@link AwsV4Signer.signature} throws. */
  async sign(input: Request | { toString: () => string }, init?: AwsRequestInit | null): Promise<Request> {
    const { url, ...request } = input instanceof Request ? await partsOf(input, init) : { url: input.toString() };
    // As in `Request`, a body that is undefined or null does not replace the one of the request.
    const { aws, ...rest } = { ...request, ...init, body: init?.body ?? request.body };
    const signed = await new AwsV4Signer({ url, ...rest, ...this, ...aws } as AwsV4SignerOptions).sign();
    return toRequest(signed.url.toString(), { ...rest, ...signed });
  }

  /** Signs and sends a request. Each retry has a new signature. */
  async fetch(input: Request | { toString: () => string }, init?: AwsRequestInit | null): Promise<Response> {
    for (let retry = 0; retry <= this.retries; retry += 1) {
      const response = await fetch(await this.sign(input, init));
      if (retry === this.retries || (response.status < 500 && response.status !== 429)) return response;
      // Not every replacement of `fetch` returns a stream, or one that is not being read.
      await response.body?.cancel?.().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, Math.random() * this.initRetryMs * 2 ** retry));
    }
    throw new Error("the option retries must be zero or a positive integer");
  }
}

/** Returns the parts of a request that are signed. Reads a copy of the body unless `init` has another one. */
async function partsOf(request: Request, init?: RequestInit | null) {
  const { method, url, headers } = request;
  const parts: RequestInit & { url: string } = { method, url, headers };
  if (init?.body != null || method === "GET" || method === "HEAD") return parts;
  // The caller provides the hash, so the body need not be read.
  if (request.body && headers.has("X-Amz-Content-Sha256")) return { ...parts, body: request.body };
  const body = await request.clone().arrayBuffer();
  return body.byteLength > 0 ? { ...parts, body } : parts;
}

/** Sets `duplex` only if it is needed: some runtimes require it for streams, and others reject it. */
function toRequest(url: string, init: RequestInit): Request {
  try {
    return new Request(url, init);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return new Request(url, { ...init, duplex: "half" } as RequestInit);
  }
}
