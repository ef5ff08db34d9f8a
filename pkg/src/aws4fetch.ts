// A drop-in replacement for aws4fetch: its `AwsClient`, on top of this package's `Signer`. It imports the package by its
// name, so that each platform gets its own entry point.

import { Signer, type STSClientError } from "sts-web";
import { clientError } from "./errors.js";
import { PARTITIONS } from "./generated/partitions.js";

/** Options of a client, as in aws4fetch. */
export interface AwsClientOptions {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
  /** Signing name of the service. Default: derived from the host. */
  service?: string | undefined;
  /** Signing region. Default: derived from the host, or `us-east-1`. */
  region?: string | undefined;
  /** Ignored: signing keys are cached in the wasm module. */
  cache?: unknown;
  /** Number of retries after a status of 429 or at least 500. Default: 10. */
  retries?: number | undefined;
  /** Maximum delay before the first retry, in milliseconds. Doubles with each retry. Default: 50. */
  initRetryMs?: number | undefined;
}

/** Options of one request, as in aws4fetch. */
export interface AwsRequestOptions extends Partial<AwsClientOptions> {
  /** Time of the signature, e.g. `20261123T190000Z`. Default: now. */
  datetime?: string;
  /** Signs in the query, for `X-Amz-Expires` seconds if the URL has that parameter. Default: 86,400. */
  signQuery?: boolean;
  /** Ignored: all headers are signed. */
  allHeaders?: boolean;
}

type Init = (RequestInit & { aws?: AwsRequestOptions }) | null;

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
  readonly #options: AwsClientOptions;
  readonly #signers = new Map<string, Signer>();

  constructor(options: AwsClientOptions) {
    for (const name of ["accessKeyId", "secretAccessKey"] as const) {
      if (options[name] == null) throw new TypeError(`${name} is a required option`);
    }
    this.#options = options;
  }

  /** Returns the signed request. */
  async sign(input: Request | URL | string, init?: Init): Promise<Request> {
    const { aws = {}, ...rest } = init ?? {};
    for (const name of ["appendSessionToken", "singleEncode"]) {
      if (name in aws) {
        throw invalidOption(`aws.${name} is not supported: paths are encoded once for S3 and twice for other services`);
      }
    }
    // Unlike fetch, aws4fetch defaults to POST if there is a body.
    const method = rest.method ?? (rest.body && !(input instanceof Request) ? "POST" : undefined);
    const request = new Request(input instanceof Request ? input.clone() : input, method ? { ...rest, method } : rest);
    const url = new URL(request.url);
    const signer = this.#signer({ ...this.#options, ...aws }, url);
    const signingDate = aws.datetime === undefined ? new Date() : parseDatetime(aws.datetime);
    if (!aws.signQuery) return signer.sign(request, undefined, { signingDate });
    const expiresIn = Number(url.searchParams.get("X-Amz-Expires") ?? 86_400);
    url.searchParams.delete("X-Amz-Expires");
    const headers = Object.fromEntries(request.headers);
    const signed = await signer.presign(url, { expiresIn, method: request.method, headers, signingDate });
    return new Request(signed, request);
  }

  /** Signs and sends a request. Each retry has a new signature. */
  async fetch(input: Request | URL | string, init?: Init): Promise<Response> {
    const { retries = 10, initRetryMs = 50 } = this.#options;
    for (let retry = 0; ; retry += 1) {
      const response = await fetch(await this.sign(input, init));
      if (retry >= retries || (response.status < 500 && response.status !== 429)) return response;
      await response.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * initRetryMs * 2 ** retry));
    }
  }

  /** Returns the signer for a host, cached by credentials, region and service. */
  #signer({ accessKeyId, secretAccessKey, sessionToken, ...options }: AwsClientOptions, url: URL): Signer {
    const derived = deriveFromHost(url.hostname);
    const region = options.region ?? derived.region;
    const service = options.service ?? derived.service;
    if (!service) throw invalidOption(`the service cannot be derived from the host ${url.hostname}: set \`service\``);
    const cacheKey = [accessKeyId, secretAccessKey, sessionToken, region, service].join("\n");
    const signer =
      this.#signers.get(cacheKey) ??
      new Signer({ credentials: { accessKeyId, secretAccessKey, sessionToken }, region, service });
    this.#signers.set(cacheKey, signer);
    return signer;
  }
}

/** Derives service and region from a host: `sts.eu-central-1.amazonaws.com`, `bucket.s3.amazonaws.com`. */
function deriveFromHost(host: string): { service: string | undefined; region: string } {
  const partition = PARTITIONS.find(({ dnsSuffix }) => host.endsWith(`.${dnsSuffix}`));
  const labels = partition ? host.slice(0, -partition.dnsSuffix.length - 1).split(".") : [];
  const isRegion = /^[a-z]{2,4}(-[a-z]+)+-\d+$/.test(labels.at(-1) ?? "");
  const region = isRegion ? labels.pop()! : "us-east-1";
  return { service: labels.pop(), region };
}

function parseDatetime(datetime: string): Date {
  const date = new Date(datetime.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (Number.isNaN(date.getTime())) throw invalidOption("aws.datetime is not a time such as 20261123T190000Z");
  return date;
}

function invalidOption(message: string): STSClientError {
  return clientError("InvalidOption", message);
}
