// Options of a client, and the form in which a client exposes them, as in the AWS SDK.

import type { CredentialProvider, CredentialSource } from "./credentials.js";
import { clientError } from "./errors.js";
import type { Logger } from "./logger.js";
import type { RequestHandler } from "./request-handler.js";
import type { Fetch } from "./send.js";

/** A function that returns an option's value. */
export type Provider<T> = () => T | Promise<T>;

/** The parts of an endpoint's URL, as in the AWS SDK. */
export interface Endpoint {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
}

/** A custom endpoint: its URL, the URL's parts, or what the AWS SDK's endpoint providers return. */
export type CustomEndpoint = string | URL | Endpoint | { url: URL | string };

/** Options of a client: those of the AWS SDK, plus `requestTimeout`, `validate` and `fetch`. */
export interface STSClientConfig {
  /** AWS region, e.g. `eu-central-1`. Required. `aws-global` selects the legacy global endpoint. */
  region?: string | Provider<string> | undefined;
  /** Credentials or a provider of them. Not needed for operations that are sent unsigned. */
  credentials?: CredentialSource | undefined;
  /** Custom endpoint, e.g. `http://127.0.0.1:4566`. */
  endpoint?: CustomEndpoint | Provider<CustomEndpoint> | undefined;
  /** Uses AWS's endpoints with FIPS 140 validated cryptography. Default: `false`. */
  useFipsEndpoint?: boolean | Provider<boolean> | undefined;
  /** Uses AWS's endpoints that support both IPv4 and IPv6. Default: `false`. */
  useDualstackEndpoint?: boolean | Provider<boolean> | undefined;
  /** Uses the legacy global endpoint for the oldest regions. Default: `false`. */
  useGlobalEndpoint?: boolean | undefined;
  /** Maximum number of attempts, including the first one. Default: 3. */
  maxAttempts?: number | Provider<number> | undefined;
  /** Timeout of each attempt, in milliseconds, or 0 for none. Default: 10,000. */
  requestTimeout?: number | undefined;
  /** Server time minus local time, in milliseconds. Default: 0. Corrected when STS reports clock skew. */
  systemClockOffset?: number | undefined;
  /** Validates inputs before sending them. Default: `true`. Set to `false` if AWS has relaxed a constraint. */
  validate?: boolean | undefined;
  /** Custom `fetch`. Default: the platform's. */
  fetch?: Fetch | undefined;
  /** Sends the requests instead of `fetch`, e.g. the AWS SDK's `NodeHttpHandler` with the agent of a proxy. */
  requestHandler?: RequestHandler | undefined;
  /** Receives an entry for each call, without its secrets, e.g. `console`. Default: none. */
  logger?: Logger | undefined;
}

/**
 * The options of a client. As in the AWS SDK, those that can be set as a function are functions.
 *
 * @example
 * ```ts
 * const region = await sts.config.region();
 * ```
 */
export interface ResolvedSTSClientConfig extends Omit<STSClientConfig, keyof Providers>, Providers {
  readonly serviceId: "STS";
  readonly apiVersion: "2011-06-15";
}

interface Providers {
  /** Rejects if the region is missing. */
  readonly region: () => Promise<string>;
  /** Rejects if there are none. A function, so that a log of the client does not contain them. */
  readonly credentials: CredentialProvider;
  /** Absent without a custom endpoint. */
  readonly endpoint?: () => Promise<Endpoint>;
  readonly useFipsEndpoint: () => Promise<boolean>;
  readonly useDualstackEndpoint: () => Promise<boolean>;
  readonly maxAttempts: () => Promise<number>;
}

/** Returns the options as the client exposes them, with `credentials` as the provider. */
export function resolveConfig(options: STSClientConfig, credentials: CredentialProvider): ResolvedSTSClientConfig {
  const { endpoint } = options;
  return {
    ...options,
    serviceId: "STS",
    apiVersion: "2011-06-15",
    credentials,
    region: async () => withoutFips(await resolveRegion(options)),
    endpoint: endpoint ? async () => partsOf(parseUrl(toUrl(await resolveOption(endpoint)))) : undefined,
    useFipsEndpoint: () => resolveFips(options),
    useDualstackEndpoint: async () => !!(await resolveOption(options.useDualstackEndpoint)),
    maxAttempts: () => resolveMaxAttempts(options),
  };
}

/** Returns the values of the options, as the wasm module's client takes them. */
export async function resolveSettings(options: STSClientConfig, clockOffset: number): Promise<object> {
  const endpoint = await resolveOption(options.endpoint);
  return {
    region: withoutFips(await resolveRegion(options)),
    endpoint: endpoint && toUrl(endpoint),
    useFipsEndpoint: Number(await resolveFips(options)),
    useDualstackEndpoint: Number(!!(await resolveOption(options.useDualstackEndpoint))),
    useGlobalEndpoint: Number(!!options.useGlobalEndpoint),
    validate: Number(options.validate ?? true),
    maxAttempts: await resolveMaxAttempts(options),
    systemClockOffset: Math.trunc(clockOffset),
  };
}

/** Returns the region as it was set. */
async function resolveRegion({ region }: STSClientConfig): Promise<string> {
  const name = await resolveOption(region);
  if (name) return name;
  throw clientError("RegionMissing", 'the region is missing; set one such as "us-east-1"');
}

async function resolveFips(options: STSClientConfig): Promise<boolean> {
  return FIPS_NAME.test(await resolveRegion(options)) || !!(await resolveOption(options.useFipsEndpoint));
}

/** Returns an integer, at most a million. The option may be text, from an environment variable. */
async function resolveMaxAttempts({ maxAttempts }: STSClientConfig): Promise<number> {
  const attempts = Math.ceil(Math.min(Number((await resolveOption(maxAttempts)) ?? 3), 1e6));
  if (attempts > 0) return attempts;
  throw clientError("InvalidOption", "maxAttempts must be a positive number");
}

/** Pseudo-regions of older configurations: `fips-us-west-2` and `us-west-2-fips`. */
const FIPS_NAME = /^fips-|-fips$/;

/** Returns the region in the name of a pseudo-region. */
export function withoutFips(region: string): string {
  return region.replace(/^aws-fips$|^fips-aws-global$/, "us-east-1").replace(FIPS_NAME, "");
}

/** Returns the value of an option that may be a function. Not async, since most are plain values. */
function resolveOption<T>(option: T | Provider<T>): T | Promise<T> {
  return typeof option === "function" ? (option as Provider<T>)() : option;
}

/** Returns the URL of an endpoint, unparsed if it is a string. */
export function toUrl(endpoint: CustomEndpoint): string {
  if (typeof endpoint === "string") return endpoint;
  const { url = "href" in endpoint && endpoint.href } = endpoint as { url?: URL | string };
  if (url) return String(url);
  const { protocol, hostname, port, path } = endpoint as Endpoint;
  return `${protocol}//${hostname}${port ? `:${port}` : ""}${path}`;
}

/** Parses a URL. The platform's error would contain the URL, and so its password. */
export function parseUrl(url: URL | string, base?: string): URL {
  try {
    return new URL(url, base);
  } catch {
    throw clientError("InvalidUrl", "invalid URL");
  }
}

/** Returns the parts of a URL as the AWS SDK names them. */
function partsOf({ protocol, hostname, port, pathname }: URL): Endpoint {
  return { protocol, hostname, port: port ? Number(port) : undefined, path: pathname };
}
