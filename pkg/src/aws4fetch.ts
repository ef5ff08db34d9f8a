// In aws4fetch's place: its `AwsClient` over this package's `Signer`. The import is by the package's own name, so that
// each platform gets its entry point.

import { Signer, STSClientError } from "sts-web";

import { PARTITIONS } from "./generated/partitions.js";

/** As in aws4fetch. `cache` is taken and not used: the signing key stays in the module. */
export interface AwsClientOptions {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
  /** Guessed from the host's name, if not given. */
  service?: string | undefined;
  /** Guessed from the host's name, if not given; `us-east-1` where it tells none. */
  region?: string | undefined;
  cache?: unknown;
  /** How often a request is sent again after a 429 or a status from 500 on. 10 if not given. */
  retries?: number | undefined;
  /** The wait before the first of them is up to this, and up to twice as much before each next; in milliseconds. */
  initRetryMs?: number | undefined;
}

/** What one request has of its own. */
export interface AwsRequestOptions extends Partial<AwsClientOptions> {
  /** The time of the signature, as `20261123T190000Z`. */
  datetime?: string;
  /** Signs in the URL. `X-Amz-Expires` of the URL says for how many seconds; 86400 if it says nothing. */
  signQuery?: boolean;
  /** Taken and not used: all headers are signed. */
  allHeaders?: boolean;
}

type Init = (RequestInit & { aws?: AwsRequestOptions }) | null;

export class AwsClient {
  readonly #options: AwsClientOptions;
  readonly #signers = new Map<string, Signer>();

  constructor(options: AwsClientOptions) {
    for (const name of ["accessKeyId", "secretAccessKey"] as const) {
      if (options[name] == null) throw new TypeError(`${name} is a required option`);
    }
    this.#options = options;
  }

  /** The request with its signature. */
  async sign(input: Request | URL | string, init?: Init): Promise<Request> {
    const { aws = {}, ...rest } = init ?? {};
    for (const name of ["appendSessionToken", "singleEncode"]) {
      if (name in aws) throw refused(`aws.${name} is not supported: S3's paths are encoded once, all others twice`);
    }
    // A request with a body is a POST, in aws4fetch alone.
    const method = rest.method ?? (rest.body && !(input instanceof Request) ? "POST" : undefined);
    const request = new Request(input instanceof Request ? input.clone() : input, method ? { ...rest, method } : rest);
    const url = new URL(request.url);
    const signer = this.#signer({ ...this.#options, ...aws }, url);
    const signingDate = aws.datetime === undefined ? new Date() : dateOf(aws.datetime);
    if (!aws.signQuery) return signer.sign(request, undefined, { signingDate });
    const expiresIn = Number(url.searchParams.get("X-Amz-Expires") ?? 86_400);
    url.searchParams.delete("X-Amz-Expires");
    const headers = Object.fromEntries(request.headers);
    const signed = await signer.presign(url, { expiresIn, method: request.method, headers, signingDate });
    return new Request(signed, request);
  }

  /** Signs a request anew each time it is sent. */
  async fetch(input: Request | URL | string, init?: Init): Promise<Response> {
    const { retries = 10, initRetryMs = 50 } = this.#options;
    for (let again = 0; ; again += 1) {
      const response = await fetch(await this.sign(input, init));
      if (again >= retries || (response.status < 500 && response.status !== 429)) return response;
      await response.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * initRetryMs * 2 ** again));
    }
  }

  /** The signer for a host, kept for the next request with the same keys. */
  #signer({ accessKeyId, secretAccessKey, sessionToken, ...given }: AwsClientOptions, url: URL): Signer {
    const guessed = guess(url.hostname);
    const region = given.region ?? guessed.region;
    const service = given.service ?? guessed.service;
    if (!service) throw refused("the host's name does not tell the service: give `service`");
    const name = [accessKeyId, secretAccessKey, sessionToken, region, service].join("\n");
    const signer =
      this.#signers.get(name) ??
      new Signer({ credentials: { accessKeyId, secretAccessKey, sessionToken }, region, service });
    this.#signers.set(name, signer);
    return signer;
  }
}

/** Service and region out of `sts.eu-central-1.amazonaws.com`, `bucket.s3.amazonaws.com` and the like. */
function guess(host: string): { service: string | undefined; region: string } {
  const partition = PARTITIONS.find(({ dnsSuffix }) => host.endsWith(`.${dnsSuffix}`));
  const labels = partition ? host.slice(0, -partition.dnsSuffix.length - 1).split(".") : [];
  const isRegion = /^[a-z]{2,4}(-[a-z]+)+-\d+$/.test(labels.at(-1) ?? "");
  const region = isRegion ? labels.pop()! : "us-east-1";
  return { service: labels.pop(), region };
}

function dateOf(datetime: string): Date {
  const date = new Date(datetime.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (Number.isNaN(date.getTime())) throw refused("aws.datetime is not a time such as 20261123T190000Z");
  return date;
}

function refused(message: string): STSClientError {
  return new STSClientError({ name: "InvalidOption", message, $fault: "client", $metadata: {} });
}
